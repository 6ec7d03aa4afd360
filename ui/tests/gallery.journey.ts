import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBrowser, startDesk } from './desk.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let browser: Browser
let desk: Awaited<ReturnType<typeof startDesk>>

beforeAll(async () => {
  desk = await startDesk('dist-gallery')
  browser = await startBrowser()
})

afterAll(async () => {
  await browser?.close()
  await desk?.stop()
})

async function open(colorScheme: 'light' | 'dark'): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    colorScheme,
    reducedMotion: 'reduce',
  })
  await page.goto(`${desk.address}`)
  await page.locator('#fifty-thousand tbody tr').first().waitFor()
  return page
}

test.each(['light', 'dark'] as const)('nothing serious in any state of any part: %s', async (theme) => {
  const page = await open(theme)
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: { id: string; impact: string | null; nodes: { html: string }[] }[]
  }
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(
    serious.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => node.html.slice(0, 160))]),
  ).toEqual([])
  await page.close()
})

test('50 000 rows: only those in sight are drawn, and keys lead to the last and back', async () => {
  const page = await open('light')
  const table = page.locator('#fifty-thousand')
  expect(await table.locator('tbody tr[data-index]').count()).toBeLessThan(60)
  await table.locator('tbody tr[tabindex="0"]').focus()
  await page.keyboard.press('End')
  await table.locator('tr[data-index="49999"]:focus').waitFor()
  await page.keyboard.press('Home')
  await table.locator('tr[data-index="0"]:focus').waitFor()
  await page.close()
})
