import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDesk } from './desk.mjs'
import { goTo, walking } from './walking'

let desk: Awaited<ReturnType<typeof startDesk>>
const { open } = walking(() => desk.address)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const FILE = 'letter-breached.en.md'
const PLACE = `templates?file=${FILE}`

const editor = (page: Page) => page.locator('.cm-content')
const preview = (page: Page) => page.frameLocator('main iframe')
const button = (page: Page, name: string) => page.locator('main').getByRole('button', { name, exact: true })
const isBlocked = async (page: Page) => (await button(page, 'Save').getAttribute('aria-disabled')) === 'true'

async function serious(page: Page): Promise<unknown[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations } = await (
      window as unknown as {
        axe: {
          run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>
        }
      }
    ).axe.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html.slice(0, 200)) }))
  })
}

async function writeAtEnd(page: Page, text: string): Promise<void> {
  await editor(page).click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(text)
}

interface Read {
  text: string
  sha256: string
  is_own: boolean
}
const read = async () => (await desk.as('mara', 'GET', `/templates/files/${FILE}`)) as Read

describe('templates', () => {
  beforeAll(async () => {
    desk = await startDesk()
  })

  afterAll(() => desk.stop())

  test('a letter is worded anew: a mistake is told at its line, mended, looked at, saved and drawn with', async () => {
    const page = await open('mara', 'templates')
    await page.getByRole('link', { name: 'Cover letter: commitment missed, English' }).click()
    await preview(page).getByRole('heading', { level: 1 }).waitFor()
    // The look is there, though the policy takes no style out of markup.
    const note = preview(page).locator('.note')
    expect(await note.evaluate((found) => getComputedStyle(found).position)).toBe('sticky')
    expect(await note.evaluate(() => document.compatMode)).toBe('CSS1Compat')
    expect(await isBlocked(page)).toBe(true)

    await writeAtEnd(page, '\n\nGreetings from {{ record.nothing.at_all }}\n')
    await page.locator('.cm-lint-marker-error').waitFor()
    await page.getByText('The preview shows the last state without mistakes.').waitFor()
    await preview(page).getByRole('heading', { level: 1 }).waitFor()
    expect(await isBlocked(page)).toBe(true)
    expect(await serious(page)).toEqual([])
    await page.getByRole('button', { name: /Error.*template.*line/i }).click()
    await page.locator('.cm-content:focus').waitFor()

    await button(page, 'Discard changes').click()
    await writeAtEnd(page, '\n\nGreetings from the coast.\n')
    await preview(page).getByText('Greetings from the coast.').waitFor()
    await page.getByText('No mistakes').waitFor()
    expect((await read()).is_own).toBe(false)
    await button(page, 'Save').click()
    await page.getByText('Saved. All documents').waitFor()
    const saved = await read()
    expect([saved.is_own, saved.text.includes('from the coast.')]).toEqual([true, true])
    const letter = (await desk.as('mara', 'GET', '/months/alpenbahn/alpenbahn-platform/2026-10/letter')) as {
      drawn: string
    }
    expect(letter.drawn).not.toContain('nothing')
    await page.getByRole('link', { name: 'Cover letter: commitment missed, English, own version' }).waitFor()

    await button(page, 'Reset').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click()
    await page.getByText('built-in version').first().waitFor()
    expect((await read()).is_own).toBe(false)
  })

  test('a draft stays while one looks elsewhere, and whoever was slower sees both texts', async () => {
    const page = await open('mara', PLACE)
    await preview(page).getByRole('heading', { level: 1 }).waitFor()
    await writeAtEnd(page, '\nMine.\n')
    await page.getByText('No mistakes').waitFor()
    await goTo(page, 'overview')
    await page.locator('nav a[href^="#/overview"][aria-current="page"]').waitFor()
    const { text, sha256 } = await read()
    const answer = await fetch(`${desk.address}/api/v1/templates/files/${FILE}`, {
      method: 'PUT',
      headers: { 'if-match': `"${sha256}"`, authorization: `Bearer ${await desk.secretOf('anna')}` },
      body: `${text}\nTheirs.\n`,
    })
    expect(answer.status).toBe(200)
    await goTo(page, PLACE)
    await page.getByText('your draft from earlier').waitFor()
    await page.getByRole('heading', { name: 'Somebody else has entered a version meanwhile' }).waitFor()
    await button(page, 'Go on with my text').click()
    await page.getByText('No mistakes').waitFor()
    await button(page, 'Save').click()
    await page.getByText('Saved. All documents').waitFor()
    const saved = await read()
    expect([saved.text.includes('Mine.'), saved.text.includes('Theirs.')]).toEqual([true, false])
  })

  test('a logo and a look are added for one customer', async () => {
    const page = await open('mara', 'templates')
    await button(page, 'Add').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('For', { exact: true }).selectOption('prairie')
    await dialog.locator('input[type="file"]').setInputFiles({
      name: 'mark.svg',
      mimeType: 'image/svg+xml',
      buffer: Buffer.from(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 2"><path d="M0 0H4V2Z"/></svg>',
      ),
    })
    await dialog.getByRole('button', { name: 'Upload' }).click()
    await page.getByRole('heading', { name: 'mark.svg' }).waitFor()
    await button(page, 'Add').click()
    await dialog.getByLabel('What', { exact: true }).selectOption('theme')
    await dialog.getByLabel('For', { exact: true }).selectOption('prairie')
    await dialog.getByRole('button', { name: 'Begin' }).click()
    await editor(page).click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText('{ "logo": { "file": "mark.svg", "alternative": "Mark of Prairie" } }')
    await preview(page).getByRole('img', { name: 'Mark of Prairie' }).waitFor()
    await button(page, 'Save').click()
    await page.getByText('Saved. All documents').waitFor()
  })

  test('who may only read is told so, and may look at everything', async () => {
    const page = await open('gwen', PLACE)
    await page.getByText('Your account may read this template, but not change it.').waitFor()
    await preview(page).getByRole('heading', { level: 1 }).waitFor()
    expect(await isBlocked(page)).toBe(true)
    await page.getByLabel('Document', { exact: true }).selectOption('governance')
    await page.getByLabel('Language', { exact: true }).selectOption('de')
    await preview(page).getByText('alle Zahlen sind erfunden').waitFor()
    // A figure leads to its evidence, within the preview.
    await page.getByLabel('Document', { exact: true }).selectOption('report')
    const link = preview(page).locator('a[href^="#"]').first()
    const target = await link.getAttribute('href')
    await link.click()
    await expect
      .poll(() =>
        preview(page)
          .locator(`[id="${target?.slice(1)}"]`)
          .evaluate((found) => Math.abs(found.getBoundingClientRect().top) < 900 && scrollY > 0),
      )
      .toBe(true)
    await preview(page).getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
    expect(page.url()).toContain('#/templates?')
    expect(await serious(page)).toEqual([])
  })
})
