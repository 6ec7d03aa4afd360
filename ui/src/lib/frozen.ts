// What every object inherits cannot be changed once the page runs: nothing that a library is told to copy from an answer can give
// all objects a property. Freezing alone would break libraries, because an object cannot take a property of its own by
// assignment once what it inherits is read-only (ECharts gives its classes a toString); so what is inherited can be read, and an
// assignment gives the object its own.

function inherited(prototype: object, name: PropertyKey, value: unknown): PropertyDescriptor {
  return {
    configurable: false,
    enumerable: false,
    get: () => value,
    set(this: unknown, own: unknown) {
      if (this === prototype) throw new TypeError(`${String(name)} of all objects stays as it is`)
      if (typeof this !== 'object' && typeof this !== 'function') return
      Object.defineProperty(this, name, { value: own, configurable: true, enumerable: true, writable: true })
    },
  }
}

/** Freezes what objects of a kind inherit. */
export function freezePrototype(prototype: object): void {
  for (const name of Reflect.ownKeys(prototype)) {
    const found = Reflect.getOwnPropertyDescriptor(prototype, name)
    if (found?.configurable && 'value' in found)
      Object.defineProperty(prototype, name, inherited(prototype, name, found.value))
  }
  Object.freeze(prototype)
}
