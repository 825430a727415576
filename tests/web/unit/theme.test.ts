import { expect, test } from 'vitest';
import { themeCookie, themeOf } from '../../../server/web/src/components/theme.ts';

test('without a choice the theme is the one of the system', () => {
  expect(themeOf(undefined, true)).toBe('dark');
  expect(themeOf(undefined, false)).toBe('light');
  expect(themeOf('sepia', true)).toBe('dark');
});

test('a choice stands against the system', () => {
  expect(themeOf('light', true)).toBe('light');
  expect(themeOf('dark', false)).toBe('dark');
});

test('the cookie is for the whole site, and only for HTTPS if the page came by it', () => {
  expect(themeCookie('dark', false)).toBe('theme=dark; Path=/; Max-Age=31536000; SameSite=Lax');
  expect(themeCookie('light', true)).toMatch(/; Secure$/);
});
