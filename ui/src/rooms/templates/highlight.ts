// Marks in a template what is not wording: what the program fills in, remarks, and the fences of blocks.
import { StreamLanguage } from '@codemirror/language'

const ENDS: Record<string, string> = { '{{': '}}', '{%': '%}', '{#': '#}' }

interface Within {
  end: string | null
}

export const templateText = StreamLanguage.define<Within>({
  name: 'template',
  startState: () => ({ end: null }),
  token(stream, state) {
    if (state.end === null) {
      if (stream.sol() && stream.match('```')) {
        stream.skipToEnd()
        return 'string'
      }
      const begin = stream.match(/^\{[{%#]/)
      if (!begin) {
        stream.next()
        stream.eatWhile(/[^{]/)
        return null
      }
      state.end = ENDS[stream.current()] ?? null
    }
    const end = state.end ?? ''
    const style = end === '#}' ? 'comment' : 'propertyName'
    while (!stream.eol()) {
      if (stream.match(end)) {
        state.end = null
        break
      }
      stream.next()
    }
    return style
  },
})
