// What has to happen at terminals before there is anything to see: played over the API, by the demo's kiosks and clerk.

import { randomBytes } from 'node:crypto';

/** @typedef {import('./platform.mjs').Platform} Platform */

// The stadium of the demo: seats enough for every test.
const EVENT = 2;
const hex = (/** @type {number} */ bytes) => randomBytes(bytes).toString('hex').toUpperCase();

/** Card numbers as cards have them: 7 bytes, the first of them its maker's. */
export const newCard = () => `04${hex(6)}`;

/**
 * @typedef {object} Sale
 * @property {string} card
 * @property {string} handover
 * @property {any} order
 * @property {any} grant What kiosk-1 was given to write to the card.
 */

/**
 * Sells the best seats together and grants them to kiosk-1, which has reported nothing yet.
 * @param {Platform} platform
 * @param {number} count
 * @returns {Promise<Sale>}
 */
export async function sell(platform, count) {
  const kiosk = platform.token('kiosk-1');
  const clerk = (await platform.ask(platform.token('register-1'), '/clerk/login', { store: '0101', clerk: '1', pin: '1111' })).token;
  const hold = await platform.ask(kiosk, `/events/${EVENT}/holds`, { best: { class: 0, quantity: count } });
  const card = newCard();
  const order = await platform.ask(kiosk, '/orders', { hold: hold.hold, card, room: 8, method: 'register_slip' });
  await platform.ask(clerk, `/clerk/slips/${encodeURIComponent(order.slip)}/confirm`, { amount: order.total, currency: order.currency });
  const handover = hex(16);
  const grant = await platform.ask(kiosk, `/orders/${order.order}/grant`, { handover, card, room: 8, incarnation: journal(handover) });
  return { card, handover, order, grant };
}

/**
 * kiosk-1 reports how the writing of a sale ended, without the card's proof.
 * @param {Platform} platform
 * @param {Sale} sale
 * @param {'done' | 'unknown'} outcome
 */
export async function reportSale(platform, sale, outcome) {
  await platform.ask(platform.token('kiosk-1'), `/handovers/${sale.handover}/reports`, {
    ...report(sale.grant.tickets, 'give', outcome),
    incarnation: journal(sale.handover),
    order: sale.order.order,
    fence: sale.grant.fence,
    card: sale.card,
  });
}

/**
 * Takes the tickets of a finished sale off their card at kiosk-2, to be given to another card.
 * @param {Platform} platform
 * @param {Sale} sale
 * @returns {Promise<string>} The handover.
 */
export async function takeOff(platform, sale) {
  const kiosk = platform.token('kiosk-2');
  const handover = hex(16);
  const tickets = sale.grant.tickets.map((/** @type {any} */ { ticket, event, epoch, hop, record }) => ({ ticket, event, epoch, hop, record }));
  const registered = await platform.ask(kiosk, '/handovers', { handover, incarnation: journal(handover), giver: sale.card, purpose: 'assignment', tickets });
  await platform.ask(kiosk, `/handovers/${handover}/reports`, {
    ...report(tickets, 'take', 'done'),
    incarnation: journal(handover),
    fence: registered.fence,
    card: sale.card,
    giver: sale.card,
    receiver: newCard(),
  });
  return handover;
}

// A journal for each handover: then its rows begin at 1.
const journal = (/** @type {string} */ handover) => `pages ${handover}`;

function report(/** @type {any[]} */ tickets, /** @type {string} */ step, /** @type {string} */ outcome) {
  return { row: 1, step, attempt: 1, tickets: tickets.map(({ ticket }) => ticket), outcome, order: null, before: null, after: null, proof: null, at: Date.now() * 1000 };
}
