interface Node<V> {
  readonly key: string
  readonly value: V
  readonly left: Node<V> | undefined
  readonly right: Node<V> | undefined
  readonly size: number
}

/**
 * An immutable map ordered by key (UTF-16 code units, which for tags, digests and repository names is ASCII order).
 *
 * A weight-balanced tree: `with` and `without` copy one path of O(log n) nodes and leave the old map as it was.
 * That is what makes a listing start anywhere at no cost, a snapshot of a whole registry one reference, and a commit
 * that fails on the way to the disk undone by forgetting it.
 */
export class Ordered<V> {
  readonly #root: Node<V> | undefined

  constructor(root?: Node<V>) {
    this.#root = root
  }

  get size(): number {
    return sizeOf(this.#root)
  }

  get(key: string): V | undefined {
    let node = this.#root
    while (node) {
      if (key === node.key) return node.value
      node = key < node.key ? node.left : node.right
    }
    return undefined
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  /** A map that also has `key`, with `value` in place of any value that it had. */
  with(key: string, value: V): Ordered<V> {
    return new Ordered(insert(this.#root, key, value))
  }

  /** A map that does not have `key`: this one when it never had. */
  without(key: string): Ordered<V> {
    return this.has(key) ? new Ordered(remove(this.#root, key)) : this
  }

  /** Entries in order, from the first key that is behind `after` (or from the very first). */
  *entries(after?: string): Generator<readonly [key: string, value: V], void, undefined> {
    const path: Node<V>[] = []
    let node = this.#root
    while (node) {
      if (after === undefined || node.key > after) {
        path.push(node)
        node = node.left
      } else node = node.right
    }
    for (let next = path.pop(); next; next = path.pop()) {
      yield [next.key, next.value]
      for (let below = next.right; below; below = below.left) path.push(below)
    }
  }

  /** Entries whose key starts with `prefix`, in order; with `after`, those behind `prefix + after`. */
  *startingWith(prefix: string, after = ''): Generator<readonly [key: string, value: V], void, undefined> {
    // A key equal to the prefix itself never exists: every prefix here ends in a separator.
    for (const entry of this.entries(prefix + after)) {
      if (!entry[0].startsWith(prefix)) return
      yield entry
    }
  }
}

const sizeOf = (node: Node<unknown> | undefined): number => node?.size ?? 0

function make<V>(key: string, value: V, left: Node<V> | undefined, right: Node<V> | undefined): Node<V> {
  return { key, value, left, right, size: sizeOf(left) + sizeOf(right) + 1 }
}

// The balance parameters of Hirai and Yamamoto, "Balancing weight-balanced trees" (2011): delta 3, ratio 2.
function balance<V>(key: string, value: V, left: Node<V> | undefined, right: Node<V> | undefined): Node<V> {
  const l = sizeOf(left)
  const r = sizeOf(right)
  if (l + r < 2) return make(key, value, left, right)
  if (right && r > 3 * l) {
    if (sizeOf(right.left) < 2 * sizeOf(right.right)) {
      return make(right.key, right.value, make(key, value, left, right.left), right.right)
    }
    const middle = right.left as Node<V>
    return make(
      middle.key,
      middle.value,
      make(key, value, left, middle.left),
      make(right.key, right.value, middle.right, right.right),
    )
  }
  if (left && l > 3 * r) {
    if (sizeOf(left.right) < 2 * sizeOf(left.left)) {
      return make(left.key, left.value, left.left, make(key, value, left.right, right))
    }
    const middle = left.right as Node<V>
    return make(
      middle.key,
      middle.value,
      make(left.key, left.value, left.left, middle.left),
      make(key, value, middle.right, right),
    )
  }
  return make(key, value, left, right)
}

function insert<V>(node: Node<V> | undefined, key: string, value: V): Node<V> {
  if (!node) return make(key, value, undefined, undefined)
  if (key === node.key) return make(key, value, node.left, node.right)
  return key < node.key
    ? balance(node.key, node.value, insert(node.left, key, value), node.right)
    : balance(node.key, node.value, node.left, insert(node.right, key, value))
}

function remove<V>(node: Node<V> | undefined, key: string): Node<V> | undefined {
  if (!node) return undefined
  if (key < node.key) return balance(node.key, node.value, remove(node.left, key), node.right)
  if (key > node.key) return balance(node.key, node.value, node.left, remove(node.right, key))
  if (!node.left || !node.right) return node.left ?? node.right
  let next = node.right
  while (next.left) next = next.left
  return balance(next.key, next.value, node.left, remove(node.right, next.key))
}
