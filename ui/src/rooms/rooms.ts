// The rooms of the house: what the rail lists, where the route leads, what is loaded when somebody enters.
import type { Component } from 'svelte'
import Building2 from '@lucide/svelte/icons/building-2'
import BookOpenText from '@lucide/svelte/icons/book-open-text'
import CalendarCheck from '@lucide/svelte/icons/calendar-check'
import CalendarDays from '@lucide/svelte/icons/calendar-days'
import FileCheck from '@lucide/svelte/icons/file-check-2'
import FilePen from '@lucide/svelte/icons/file-pen-line'
import HandCoins from '@lucide/svelte/icons/hand-coins'
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard'
import Settings from '@lucide/svelte/icons/settings'
import ShieldCheck from '@lucide/svelte/icons/shield-check'
import { may, seesManyCustomers, type Permission } from '$lib/state/person.svelte'

export interface Room {
  id: string
  title: string
  icon: typeof Building2
  /** Null for what everybody has. */
  needs: Permission | null
  /** Pressed after `g`. */
  key: string
  load: () => Promise<{ default: Component }>
  /** What is done there so often that it is offered everywhere, by the ids of its words. */
  actions?: string[]
}

export const rooms: Room[] = [
  {
    id: 'overview',
    title: 'room-overview',
    icon: LayoutDashboard,
    needs: 'months.read',
    key: 'o',
    load: () => import('./overview/Overview.svelte'),
  },
  {
    id: 'customers',
    title: 'room-customers',
    icon: Building2,
    needs: 'tenants.read',
    key: 'k',
    load: () => import('./customers/Customers.svelte'),
  },
  {
    id: 'months',
    title: 'room-months',
    icon: CalendarDays,
    needs: 'months.read',
    key: 'm',
    load: () => import('./months/Months.svelte'),
  },
  {
    id: 'credits',
    title: 'room-credits',
    icon: HandCoins,
    needs: 'months.read',
    key: 'c',
    load: () => import('./credits/Credits.svelte'),
  },
  {
    id: 'close',
    title: 'room-close',
    icon: CalendarCheck,
    needs: 'months.close',
    key: 'l',
    load: () => import('./close/Close.svelte'),
  },
  {
    id: 'evidence',
    title: 'room-evidence',
    icon: FileCheck,
    needs: 'evidence.read',
    key: 'e',
    load: () => import('./evidence/Evidence.svelte'),
  },
  {
    id: 'catalogue',
    title: 'room-catalogue',
    icon: BookOpenText,
    needs: 'slos.read',
    key: 'b',
    load: () => import('./catalogue/Catalogue.svelte'),
  },
  {
    id: 'templates',
    title: 'room-templates',
    icon: FilePen,
    needs: 'templates.read',
    key: 'v',
    load: () => import('./templates/Templates.svelte'),
  },
  {
    id: 'audit',
    title: 'room-audit',
    icon: ShieldCheck,
    needs: 'audit.read',
    key: 'a',
    load: () => import('./audit/Audit.svelte'),
    actions: ['audit-verify'],
  },
  {
    id: 'settings',
    title: 'room-settings',
    icon: Settings,
    needs: null,
    key: 's',
    load: () => import('./settings/Settings.svelte'),
  },
]

export const mayEnter = (room: Room): boolean => room.needs === null || may(room.needs)

/** Of no use to somebody who looks after one customer. */
const forMany = ['customers', 'catalogue']

/** The rooms that are of use to whoever has signed in. */
export function ownRooms(): Room[] {
  return rooms.filter((room) => mayEnter(room) && (!forMany.includes(room.id) || seesManyCustomers()))
}

/** A customer's month has no place in the rail of its own: one comes to it from a list. */
const monthPage = () => import('./months/MonthPage.svelte')
/** Nor has a document of the catalogue; its editor is loaded with it. */
const documentPage = () => import('./catalogue/DocumentPage.svelte')

const pages: Record<string, Room['load']> = { months: monthPage, catalogue: documentPage }

export function roomAt(path: string[]): { room: Room; load: Room['load'] } | null {
  const room = rooms.find((one) => one.id === (path[0] ?? 'overview'))
  if (room === undefined) return null
  const page = path.length === 3 ? pages[room.id] : undefined
  return { room, load: page ?? room.load }
}
