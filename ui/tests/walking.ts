// What every walk through the desk needs: one browser, people who sign in, and nothing that a page complains of.
import { createHmac } from 'node:crypto'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { signIn, startBrowser } from './desk.mjs'

/** Walks through the desk that there is at the time. */
export function walking(address: () => string) {
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

  async function open(account: string, place = 'overview', language: 'en' | 'de' = 'en'): Promise<Page> {
    const page = await newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' })
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      if (/Content Security Policy|violates/.test(message.text())) complaints.push(message.text())
    })
    await signIn(page, address(), account, language)
    await goTo(page, place)
    return page
  }
  return { open, newPage }
}

export async function goTo(page: Page, place: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), `#/${place}`)
}

export const row = (page: Page, ...words: string[]) =>
  words.reduce((rows, word) => rows.filter({ hasText: word }), page.locator('tbody tr[data-index]'))

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
