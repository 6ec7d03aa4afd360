export { around, chooseLanguage, knows, language, loadWords, t, type Language } from './words.svelte'
