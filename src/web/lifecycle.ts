/** What `/health/ready` says of an instance. */
export interface Readiness {
  /** Whether a balancer shall send browsers here. */
  isReady: boolean;
  /** `ok`, `starting` or `stopping`. */
  status: string;
}

/**
 * Where this instance is in its life: it starts, serves, and stops. It is ready while it can serve
 * pages. Whether the OAuth2 server, the user store and the database answer does not matter to that:
 * no other instance would have them, and its pages tell people what is wrong. So the balancer would have nobody left
 * to ask, and only a bare 503 of its own to show.
 */
export function createLifecycle() {
  let status = 'starting';
  return {
    /** The port is open. */
    begin(): void {
      if (status === 'starting') status = 'ok';
    },
    /** The instance is told to stop. It still serves, so that balancers have time to notice. */
    end(): void {
      status = 'stopping';
    },
    readiness: (): Readiness => ({ isReady: status === 'ok', status }),
  };
}

export type Lifecycle = ReturnType<typeof createLifecycle>;
