// What every walk through the desk needs: one browser, people who sign in, and nothing that a page complains of.
import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { arrive, inside, PASSWORD, signIn, startBrowser } from './desk.mjs'
import type { Language } from './words'

/**
 * What all pages are looked at in: each language and each theme once; all four together take minutes more, and are looked at where
 * SLA_ALL_LOOKS is set.
 */
export const LOOKS = (
  [
    { language: 'de', theme: 'dark' },
    { language: 'en', theme: 'light' },
    { language: 'de', theme: 'light' },
    { language: 'en', theme: 'dark' },
  ] as const
).slice(0, process.env['SLA_ALL_LOOKS'] ? 4 : 2)

/** Walks through the desk that there is at the time, in windows that have this besides. */
export function walking(address: () => string, usual: BrowserContextOptions = {}) {
  let browser: Browser
  const contexts: BrowserContext[] = []
  const complaints: string[] = []

  beforeAll(async () => {
    browser = await startBrowser()
  })

  afterAll(async () => {
    await browser?.close()
  })

  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()))
    // What the policy refused, and what a page threw, is told on the console.
    expect(complaints.splice(0)).toEqual([])
  })

  /** A window of its own, in which nobody has signed in. */
  async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options)
    contexts.push(context)
    return context.newPage()
  }

  async function watched(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await newPage({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      ...usual,
      ...options,
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (/Content Security Policy|violates/.test(message.text())) complaints.push(message.text())
    })
    return page
  }

  /** Signs in, and goes somewhere; `at` is what the computer's clock says, when it is another time. */
  async function open(
    account: string,
    place = 'overview',
    language: Language = 'en',
    at: string | null = null,
  ): Promise<Page> {
    const page = await watched()
    if (at !== null) await page.clock.setFixedTime(at)
    await signIn(page, address(), account, language)
    // The shell adds the latest month to the address; until it has, another address would be overtaken.
    await page.waitForFunction(
      () => location.hash.includes('month=') || document.querySelector('.portal') !== null,
    )
    await goTo(page, place)
    return page
  }

  /** Signs in without a mouse, and stays where one arrives. */
  async function enter(account: string, language: Language, theme: 'light' | 'dark'): Promise<Page> {
    const page = await watched({ colorScheme: theme })
    await arrive(page, address(), language)
    await tabTo(page.locator('input[name="username"]'))
    await page.keyboard.type(account)
    await tabTo(page.locator('input[name="password"]'))
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await inside(page)
    return page
  }
  return { open, enter, newPage }
}

/** What a page has before one that tabs through it comes round again. */
const STOPS = 200

/** Goes to a part as somebody without a mouse does: it must be on the way of the tabulator. */
export async function tabTo(part: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const { keyboard } = part.page()
  for (let stop = 0; stop < STOPS; stop += 1) {
    if (await part.evaluate((element) => element === document.activeElement)) return
    await keyboard.press(key)
  }
  throw new Error(`the tabulator never comes to ${String(part)}`)
}

/** Goes there and presses a key. */
export async function press(part: Locator, key = 'Enter'): Promise<void> {
  await tabTo(part)
  await part.page().keyboard.press(key)
}

/** Goes to a row of a table by its arrows. */
export async function pressRow(page: Page, words: string, key = 'Enter'): Promise<void> {
  await row(page, words).first().waitFor()
  await tabTo(page.locator('tbody tr[data-index][tabindex="0"]'))
  for (let stop = 0; stop < STOPS; stop += 1) {
    const here = await page.evaluate(() => document.activeElement?.textContent ?? '')
    if (here.includes(words)) return page.keyboard.press(key)
    await page.keyboard.press('ArrowDown')
  }
  throw new Error(`the arrows never come to ${words}`)
}

export async function goTo(page: Page, place: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), `#/${place}`)
}

export const row = (page: Page, ...words: string[]) =>
  words.reduce((rows, word) => rows.filter({ hasText: word }), page.locator('tbody tr[data-index]'))

/** What an exported table of credits comes to, by currency, in the minor unit. */
export async function exportedSums(page: Page): Promise<Record<string, bigint>> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('[data-export]').click()])
  const [head = '', ...lines] = (await readFile(await download.path(), 'utf8'))
    .replace('\ufeff', '')
    .trim()
    .split('\r\n')
  const names = head.split(',')
  const sums: Record<string, bigint> = {}
  for (const line of lines) {
    const fields = Object.fromEntries(line.split(',').map((value, index) => [names[index], value]))
    const currency = fields['currency'] ?? ''
    sums[currency] = (sums[currency] ?? 0n) + BigInt((fields['low'] ?? '').replace('.', ''))
  }
  return sums
}

/** What an authenticator app shows (RFC 6238 with its usual six digits and thirty seconds). */
export function totp(secret: string, at: number): string {
  const bits = [...secret]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const mac = createHmac('sha1', key).update(counter).digest()
  return String((mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
