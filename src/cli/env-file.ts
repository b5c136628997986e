/** Reads `.env` of the current folder, if there is one. Variables that are set already win. */
export function loadEnvFile(): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      process.stderr.write('The file .env cannot be read and is ignored.\n');
    }
  }
}
