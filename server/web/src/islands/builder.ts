// The builder of a draft, on its page. See src/builder/props.ts for the page's part.
export { mount } from '../builder/index.tsx';
