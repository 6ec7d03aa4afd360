import { expect, test } from 'vitest'
import { readFrame, writeFrame } from './frame'

test.each<[string, unknown, number[]]>([
  ['nothing', '', []],
  ['any script', { name: 'Königsforst 東京' }, [0, 255]],
  ['a long head', 'x'.repeat(70_000), [7]],
])('%s is read as it was written', (_, head, body) => {
  const frame = writeFrame(head, new Uint8Array(body))
  const read = readFrame(frame.buffer)
  expect(read.head).toEqual(head)
  expect([...read.body]).toEqual(body)
})

test('the length comes first, in four bytes', () => {
  expect([...writeFrame('ä', new Uint8Array([1]))]).toEqual([0, 0, 0, 4, 0x22, 0xc3, 0xa4, 0x22, 1])
})

test.each<[string, number[]]>([
  ['cut in its length', [0, 0]],
  ['cut in its head', [0, 0, 0, 9, 0x22]],
  ['no JSON', [0, 0, 0, 1, 0x78]],
])('what is %s is refused', (_, bytes) => {
  expect(() => readFrame(new Uint8Array(bytes).buffer)).toThrow()
})
