import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDesk } from './desk.mjs'
import { goTo, walking } from './walking'

let desk: Awaited<ReturnType<typeof startDesk>>
const { open } = walking(() => desk.address)
const CONTRACT = 'catalogue/Contract/prairie-platform.1'
const TARGET = '[data-path="spec.commitments.0.target"] input'

const editor = (page: Page) => page.locator('.cm-content')
const button = (page: Page, name: string) => page.locator('main').getByRole('button', { name, exact: true })

/** Writes into a field of the form and leaves it. */
async function write(page: Page, field: string, value: string): Promise<void> {
  await page.locator(field).fill(value)
  await page.locator(field).press('Tab')
}

const read = async (kind: string, name: string) =>
  (await desk.as('otto', 'GET', `/catalogue/documents/${kind}/${name}`)) as { text: string; version: number }

describe('a catalogue in the ledger', () => {
  beforeAll(async () => {
    desk = await startDesk('dist', 'ledger')
  })

  afterAll(() => desk.stop())

  test('the list is filtered by kind, and a document is opened with the keyboard', async () => {
    const page = await open('otto', 'catalogue')
    await page.locator('tbody tr[data-index]').first().waitFor()
    await goTo(page, 'catalogue?kind=SLO')
    await page.locator('tbody tr[data-index]').filter({ hasText: 'Contract' }).waitFor({ state: 'detached' })
    expect(await page.locator('tbody tr[data-index]').count()).toBe(2)
    await page.locator('tbody tr[data-index="0"]').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'API availability', level: 1 }).waitFor()
  })

  test('form and text are one: what either changes the other shows, and undo takes both back', async () => {
    const page = await open('otto', CONTRACT)
    await write(page, TARGET, '99.95')
    await editor(page).getByText('target: 99.95').waitFor()
    // The band ends below the target now: told at the line, in the list and with the money it moves.
    await page.getByText('unsound-bands').waitFor()
    await page.getByText('2450.00 USD').waitFor()
    await page.locator('.cm-lint-marker-error').waitFor()
    await page.getByRole('button', { name: /unsound-bands/ }).click()
    await page.locator('.cm-content:focus').waitFor()
    expect(await button(page, 'Save').getAttribute('aria-disabled')).toBe('true')
    await write(page, '[data-path="spec.commitments.0.penalty.bands.0.below"] input', '99.95')
    await page.getByText('No findings').waitFor()
    await editor(page).getByText('tenant: prairie').click()
    await page.keyboard.press('End')
    await page.keyboard.type(' # theirs')
    await button(page, 'Undo').click()
    await button(page, 'Undo').click()
    await button(page, 'Undo').click()
    expect(await page.locator(TARGET).inputValue()).toBe('99.9')
    await button(page, 'Redo').click()
    expect(await page.locator(TARGET).inputValue()).toBe('99.95')
  })

  test('a draft survives leaving the page and says so; its effect is computed before it is saved', async () => {
    const page = await open('otto', CONTRACT)
    await write(page, '[data-path="spec.commitments.0.penalty.bands.1.credit"] input', '20')
    await page.getByText('The draft stays in this tab').waitFor()
    await goTo(page, 'overview')
    await page.locator('nav a[href^="#/overview"][aria-current="page"]').waitFor()
    await goTo(page, `${CONTRACT}?view=effects`)
    await page.getByText('your draft from earlier').waitFor()
    await button(page, 'Compute').click()
    await page.locator('tbody tr').first().getByText('1,960.00').waitFor()
    await goTo(page, `${CONTRACT}?view=changes`)
    await page.locator('.cm-deletedChunk').getByText('credit: 10').waitFor()
    await button(page, 'Save').click()
    await page.getByText('Entered as version 2.').waitFor()
    const saved = await read('Contract', 'prairie-platform.1')
    expect([saved.version, saved.text.includes('credit: 20')]).toEqual([2, true])
    await goTo(page, `${CONTRACT}?view=versions`)
    await page.locator('.cm-changedLine').getByText('credit: 20').waitFor()
  })

  test('a second person’s change under the open form is told, and nothing typed is lost', async () => {
    const page = await open('otto', 'catalogue/SLO/api-latency')
    await write(page, '[data-path="metadata.displayName"] input', 'My own name')
    await page.getByText('No findings').waitFor()
    const { text, version } = await read('SLO', 'api-latency')
    const theirs = text.replace('API response time', 'Their name')
    await desk.as('otto', 'PUT', '/catalogue/documents/SLO/api-latency', theirs, {
      'content-type': 'application/yaml',
      'if-match': `"${version}"`,
    })
    await button(page, 'Save').click()
    await page.getByRole('alert').getByText('Somebody else has entered a version').waitFor()
    await page.locator('.stale .cm-deletedChunk').getByText('Their name').waitFor()
    await button(page, 'Go on with my text').click()
    await page.getByText('No findings').waitFor()
    await button(page, 'Save').click()
    await page.getByText('Entered as version 3.').waitFor()
    expect((await read('SLO', 'api-latency')).text).toContain('My own name')
  })

  test('a contract begins with a template, and a customer with nothing', async () => {
    const page = await open('otto', 'catalogue', 'de')
    await page.locator('.new-document').click()
    await page.getByRole('menuitem', { name: 'Vertrag aus einer Vorlage …' }).click()
    await page.getByRole('dialog').getByLabel('Suchen').fill('Rechenzentrum xyz')
    await page.getByText('Keine Vorlage passt').waitFor()
    await page.getByRole('dialog').getByLabel('Suchen').fill('upstash')
    await page.getByRole('dialog').getByRole('link').click()
    await editor(page).getByText('extends: upstash-prod-pack').waitFor()
    await page.locator('li.error').first().waitFor()
    await goTo(page, 'catalogue/new/Tenant')
    await editor(page).getByText('kind: Tenant').waitFor()
    await editor(page).click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(
      'apiVersion: sla-desk/v1\nkind: Tenant\nmetadata: { name: steppe, displayName: 株式会社 Ömer }\nspec:\n  language: de\n  contacts: [{ name: Ömer, email: oe@steppe.example }]\n',
    )
    await page.getByText('Kein Befund').waitFor()
    await button(page, 'Speichern').click()
    await page.getByRole('heading', { name: '株式会社 Ömer', level: 1 }).waitFor()
    await button(page, 'Herausnehmen').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Herausnehmen' }).click()
    await page.getByText('Aus dem Katalog genommen').waitFor()
  })

  test('a source is tried, and says what is wrong with it', async () => {
    const page = await open('otto', 'catalogue/DataSource/measurements')
    await button(page, 'Try it now').click()
    await page.getByText('Answers', { exact: true }).waitFor()
    await goTo(page, 'catalogue/new/DataSource')
    await editor(page).getByText('https://prometheus.example.org').waitFor()
    await editor(page).click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(
      'apiVersion: openslo/v1\nkind: DataSource\nmetadata: { name: away }\nspec:\n  type: Prometheus\n  connectionDetails:\n    url: http://127.0.0.1:9\n    bearerTokenEnv: HOME\n',
    )
    await page.getByText('No findings').waitFor()
    await button(page, 'Try it now').click()
    await page.getByText('Does not answer', { exact: true }).waitFor()
    await page.getByText('Secrets were not sent').waitFor()
  })

  test('who may only read sees the same and can change nothing', async () => {
    const page = await open('fee', CONTRACT)
    await page.locator(TARGET).waitFor()
    expect(await page.locator(TARGET).isDisabled()).toBe(true)
    expect(await button(page, 'Save').getAttribute('title')).toContain('not change it')
  })
})

describe('a catalogue in files, and evidence', () => {
  beforeAll(async () => {
    desk = await startDesk()
  })

  afterAll(() => desk.stop())

  test('a document in a file can be tried out and is saved where it stands', async () => {
    const page = await open('otto', CONTRACT)
    await page.getByText('prairie.yaml, line 9').waitFor()
    await write(page, '[data-path="spec.version"] input', '7')
    await page.locator('#why-not').waitFor()
    await button(page, 'Discard changes').click()
    await write(page, '[data-path="metadata.displayName"] input', 'Tried out')
    await page.locator('#why-not').getByText('prairie.yaml').waitFor()
    const download = page.waitForEvent('download')
    await button(page, 'Download').click()
    expect((await download).suggestedFilename()).toBe('prairie-platform.1.yaml')
  })

  test('evidence is found by its gaps, opened and downloaded', async () => {
    const page = await open('fee', 'evidence?month=2026-10')
    await page.locator('tbody tr[data-index]').filter({ hasText: 'Unaltered' }).first().waitFor()
    await goTo(page, 'evidence?month=2026-10&with=gaps')
    const row = page.locator('tbody tr[data-index]').filter({ hasText: 'Prairie' }).first()
    await page.locator('tbody tr[data-index]').filter({ hasText: 'Nordlicht' }).waitFor({ state: 'detached' })
    await row.click()
    await page.locator('aside').getByText('Its bytes were read just now').waitFor()
    const download = page.waitForEvent('download')
    await page
      .locator('aside')
      .getByRole('button', { name: /parquet/i })
      .click()
    expect((await download).suggestedFilename()).toMatch(/^[0-9a-f]{64}\.parquet$/)
    await goTo(page, 'evidence?month=2026-10&with=damage')
    await page.getByText('Nothing fits the filters').waitFor()
    await goTo(page, 'evidence?month=2025-01')
    await page.getByText('No evidence for January 2025').waitFor()
  })

  test('the calendar tells each day, as signs and as a table', async () => {
    const page = await open('fee', 'evidence?month=2026-10&view=calendar', 'de')
    await page
      .getByRole('gridcell', { name: /14\.10\.2026: Teilweise, .* ohne Nachweis/ })
      .first()
      .waitFor()
    await page.getByLabel('Nur mit Lücken').check()
    expect(await page.locator('tr[data-row]').count()).toBe(2)
    await button(page, 'Als Tabelle zeigen').click()
    await page.getByText('2 Tage').first().waitFor()
    await goTo(page, 'evidence?month=2026-11&view=calendar')
    await page.getByText('nicht abgeschlossen').first().waitFor()
    await button(page, 'Als Tabelle zeigen').click()
    await page.getByText('30 Tage').first().waitFor()
  })
})
