// Two circles whose areas, and whose shared area, are in proportion to counts. Pure.

type Circles = { left: number; right: number; distance: number };

// Of two circles of these radii, whose centres are this far apart.
export function sharedArea({ left, right, distance }: Circles): number {
  if (distance >= left + right) return 0;
  const least = Math.min(left, right);
  if (distance <= Math.abs(left - right)) return Math.PI * least * least;
  const part = (a: number, b: number) => {
    const cosine = (distance * distance + a * a - b * b) / (2 * distance * a);
    const angle = 2 * Math.acos(Math.max(-1, Math.min(1, cosine)));
    return (a * a * (angle - Math.sin(angle))) / 2;
  };
  return part(left, right) + part(right, left);
}

const steps = 60;

// `shared` is at most the lesser count. The larger circle has `radius`; distances between nested or
// separate circles leave a little room.
export function circlesFor(
  counts: { left: number; right: number; shared: number },
  radius: number,
): Circles {
  const most = Math.max(counts.left, counts.right);
  const radiusOf = (count: number) => (most === 0 ? 0 : radius * Math.sqrt(count / most));
  const left = radiusOf(counts.left);
  const right = radiusOf(counts.right);
  if (counts.shared === 0) return { left, right, distance: left + right + radius / 8 };
  const wanted = (Math.PI * radius * radius * counts.shared) / most;
  let near = Math.abs(left - right);
  let far = left + right;
  if (counts.shared >= Math.min(counts.left, counts.right)) return { left, right, distance: near };
  for (let step = 0; step < steps; ++step) {
    const distance = (near + far) / 2;
    if (sharedArea({ left, right, distance }) > wanted) near = distance;
    else far = distance;
  }
  return { left, right, distance: (near + far) / 2 };
}

const circleAt = (x: number, r: number) =>
  `M${x - r} 0A${r} ${r} 0 1 0 ${x + r} 0A${r} ${r} 0 1 0 ${x - r} 0Z`;

type Parts = { left: string; right: string; shared: string };

// The outlines of what only one circle has, and of what they share; the left circle's centre is at
// 0. A hole is an outline of its own, for the rule "evenodd".
export function partsOf({ left, right, distance }: Circles): Parts {
  const whole = { left: circleAt(0, left), right: circleAt(distance, right), shared: '' };
  if (distance >= left + right) return whole;
  if (distance + left <= right) {
    return { left: '', right: whole.right + whole.left, shared: whole.left };
  }
  if (distance + right <= left) {
    return { left: whole.left + whole.right, right: '', shared: whole.right };
  }
  // Where they cross: at x, above and below.
  const x = (distance * distance + left * left - right * right) / (2 * distance);
  const y = Math.sqrt(Math.max(0, left * left - x * x));
  const beyond = distance - x;
  const arc = (r: number, isLong: boolean, sweep: 0 | 1, to: number) =>
    `A${r} ${r} 0 ${isLong ? 1 : 0} ${sweep} ${x} ${to}`;
  const start = `M${x} ${-y}`;
  const backInside = arc(right, beyond < 0, 1, -y); // along the right circle's near side
  return {
    left: `${start}${arc(left, x > 0, 0, y)}${backInside}Z`,
    right: `${start}${arc(right, beyond > 0, 1, y)}${arc(left, x < 0, 0, -y)}Z`,
    shared: `${start}${arc(left, x < 0, 1, y)}${backInside}Z`,
  };
}
