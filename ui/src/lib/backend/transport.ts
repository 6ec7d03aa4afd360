// The one way to the API. A browser sends over HTTP; a window hands the same request to the router in its own process.
// What lives here: sending, signing in, problems. What does not: what a room does with an answer.

/** Carries a request to the API and brings back its answer; rejects only when there is no answer at all. */
export type Transport = (request: Request) => Promise<Response>

export const browserTransport: Transport = (request) => fetch(request)
