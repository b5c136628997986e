import type { Command, CommandContext } from '@portico/command-line';
import { createHydra, type Hydra } from '@portico/hydra-admin';
import { serverFailure } from './server-failure.ts';
import { loadToolConfig, type ToolConfig } from './settings.ts';

/** What a command for the server works with. */
export interface ServerContext extends CommandContext {
  config: () => ToolConfig;
  readonly hydra: Hydra;
}

export type ServerCommand = Command<ServerContext>;

/** Reads the settings and creates the client when they are first used, and closes it in the end. */
export function onServer(command: ServerCommand): Command {
  return {
    ...command,
    async run(given, context) {
      let config: ToolConfig | undefined;
      let hydra: Hydra | undefined;
      const loadConfig = () => (config ??= loadToolConfig(context.env));
      const whole: ServerContext = {
        ...context,
        config: loadConfig,
        get hydra(): Hydra {
          return (hydra ??= createHydra(loadConfig().hydra));
        },
      };
      try {
        return await command.run(given, whole);
      } catch (error) {
        throw serverFailure(error, loadConfig);
      } finally {
        await hydra?.close();
      }
    },
  };
}
