// The theme that a person chose, in a cookie, so that the server writes it into the next page and
// nothing flickers.
export type Theme = 'light' | 'dark';

const lifetimeSeconds = 365 * 24 * 60 * 60;

// Without a choice, the system's.
export function themeOf(chosen: string | undefined, systemIsDark: boolean): Theme {
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return systemIsDark ? 'dark' : 'light';
}

export function themeCookie(theme: Theme, isSecure: boolean): string {
  const secure = isSecure ? '; Secure' : '';
  return `theme=${theme}; Path=/; Max-Age=${lifetimeSeconds}; SameSite=Lax${secure}`;
}

export function rememberTheme(theme: Theme): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs HTTPS.
  document.cookie = themeCookie(theme, location.protocol === 'https:');
}
