import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';

/** The classes of a server's requests and responses. */
export interface MessageClasses {
  IncomingMessage: typeof IncomingMessage;
  ServerResponse: typeof ServerResponse;
}

/**
 * Classes for a server whose requests and responses are Express's from the start. Express gives each of
 * them its prototype otherwise, when it comes. V8 gives an object whose prototype changes a shape of its
 * own, so all code that touches it is slow, and collects it late (docs/decisions/0042).
 */
export function createMessageClasses() {
  class AppRequest extends IncomingMessage {}
  class AppResponse<R extends IncomingMessage> extends ServerResponse<R> {}
  return {
    IncomingMessage: AppRequest,
    ServerResponse: AppResponse,
    /** Before the first request. From then on this app, and no other, finds nothing to change. */
    belongTo(app: Express): void {
      Object.setPrototypeOf(AppRequest.prototype, app.request);
      Object.setPrototypeOf(AppResponse.prototype, app.response);
      app.request = AppRequest.prototype as Request;
      app.response = AppResponse.prototype as unknown as Response;
    },
  };
}

/** The classes of a server for this app. */
export function messageClassesOf(app: Express): MessageClasses {
  const classes = createMessageClasses();
  classes.belongTo(app);
  return classes;
}
