import { IncomingMessage, ServerResponse } from 'node:http';
import type { Express, Request, Response } from 'express';

/** The classes of a server's requests and responses. */
export interface MessageClasses {
  IncomingMessage: typeof IncomingMessage;
  ServerResponse: typeof ServerResponse;
}

/**
 * Classes for a server whose requests and responses are Express's from the start. Without them, Express
 * changes the prototype of each one when it arrives. V8 then gives each a hidden class of its own: all code
 * that touches it becomes slow, and it is collected late (docs/decisions/0042).
 */
export function createMessageClasses() {
  class AppRequest extends IncomingMessage {}
  class AppResponse<R extends IncomingMessage> extends ServerResponse<R> {}
  return {
    IncomingMessage: AppRequest,
    ServerResponse: AppResponse,
    /** Gives them the prototypes of this app. To be called once, before the first request. */
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
