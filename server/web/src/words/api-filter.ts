import { counted } from '../words.ts';

export const label = 'Filter operations';
export const hint = 'search, undo, history…';

export const shown = (count: number) => counted(count, 'operation', 'operations');
export const nothing = 'No operation is about that. Schemas are not searched.';
