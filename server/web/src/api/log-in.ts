// The site's own form of logging in, filled in without leaving the page.
const noAnswer = 'The server cannot be reached. Try again.';
const path = '/accounts/login/';

function tokenIn(page: string): string {
  return page.match(/name="csrfmiddlewaretoken" value="([^"]*)"/)?.[1] ?? '';
}

// In the words of the page; only letters, so that nothing of it is taken for markup.
function problemIn(page: string): string {
  const text = page.match(/<[^>]*role="alert"[^>]*>([\s\S]*?)<\/div>/)?.[1] ?? '';
  const sentence = text.replaceAll(/<h\d[\s\S]*?<\/h\d>/g, '').replaceAll(/<[^>]*>/g, ' ');
  return sentence
    .replaceAll(/&#?\w+;/g, '’')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

// Returns why it failed; nothing if the user is logged in now.
export async function logInAgain(username: string, password: string): Promise<string> {
  try {
    const form = await fetch(path, { credentials: 'same-origin' });
    const fields = new URLSearchParams({
      csrfmiddlewaretoken: tokenIn(await form.text()),
      username,
      password,
      next: '/robots.txt', // short; only that it redirects matters
    });
    if (form.redirected) return ''; // somebody has logged in meanwhile
    const answer = await fetch(path, { method: 'POST', body: fields, credentials: 'same-origin' });
    if (answer.redirected && !new URL(answer.url).pathname.startsWith(path)) return '';
    return problemIn(await answer.text()) || `The log-in was refused (${answer.status}).`;
  } catch {
    return noAnswer;
  }
}
