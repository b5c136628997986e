/** The page that posts the answer of an authorization request to the client. */
export function formPostPage(action: string, fields: Record<string, string>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
  );
  return page(
    'Back to the app',
    `<form method="post" action="${escape(action)}">
${inputs.join('\n')}
<noscript><button>Continue</button></noscript>
</form>
<script>document.forms[0].submit();</script>`,
  );
}

/** The page that tells clients of a sign-out through hidden frames (Front-Channel Logout 3). */
export function frontChannelPage(frames: string[], next: string): string {
  const iframes = frames.map((src) => `<iframe src="${escape(src)}" hidden></iframe>`);
  return page(
    'Signing out',
    `<p>Signing out everywhere. <a id="next" href="${escape(next)}">Continue</a></p>
${iframes.join('\n')}
<script>
const frames = [...document.querySelectorAll('iframe')];
const next = document.getElementById('next').href;
const loaded = frames.map((frame) => new Promise((done) => frame.addEventListener('load', done)));
const late = new Promise((done) => setTimeout(done, 7000));
Promise.race([Promise.all(loaded), late]).then(() => location.replace(next));
</script>`,
    `<meta http-equiv="refresh" content="8; url=${escape(next)}">`,
  );
}

/** What stands where the real server has a page of its own for an app that is not configured. */
export function fallbackPage(what: string): string {
  return page(
    'Nothing here',
    `<p>This is a stand-in for an OAuth2 server, for development only. The address of the
<code>${escape(what)}</code> page is not configured.</p>`,
  );
}

export function notFoundPage(): string {
  return page('Not found', '<h1>404</h1><p>This server has no such page.</p>');
}

function page(title: string, body: string, head = ''): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>${head}</head>
<body>
${body}
</body></html>
`;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
