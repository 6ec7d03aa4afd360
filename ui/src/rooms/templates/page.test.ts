import { expect, test } from 'vitest'
import { apart } from './page'

test('nothing of a page is style in markup', () => {
  const page =
    '<html><head><style>:root{--ink:#000}</style></head><body><p style="margin: 0">a &quot; style=&quot;b</p></body></html>'
  expect(apart(page)).toEqual({
    page: '<html><head></head><body><p data-look="margin: 0">a &quot; style=&quot;b</p></body></html>',
    style: ':root{--ink:#000}',
  })
  expect(apart('<p>plain</p>')).toEqual({ page: '<p>plain</p>', style: '' })
})
