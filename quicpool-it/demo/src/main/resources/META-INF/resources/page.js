// Polls the pools of the demo once a second. Texts are set as text only. Nothing is loaded from other hosts.

const LOOK_MILLIS = 1000;
const KEPT = 120;
const SERIES = ['idle', 'taken', 'capacity', 'waiting'];
const COUNTS = [
  ['idle', 'Idle'], ['taken', 'Taken'], ['capacity', 'Capacity'], ['waiting', 'Waiting'],
  ['opened', 'Opened'], ['handedOut', 'Handed out'], ['connects', 'Connects'], ['lost', 'Lost'],
  ['timeouts', 'Timed out'], ['errors', 'Errors'],
];

const byId = (id) => document.getElementById(id);
const pools = new Map();

function say(text) {
  byId('said').textContent = text;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();
}

class Pool {
  constructor(pool) {
    this.path = `api/pools/${pool.kind}/${encodeURIComponent(pool.name)}`;
    this.title = `${pool.name} (${pool.kind})`;
    this.data = [[], ...SERIES.map(() => [])];
    const section = byId('pool').content.firstElementChild.cloneNode(true);
    this.section = section;
    section.setAttribute('aria-label', this.title);
    section.querySelector('h2').textContent = this.title;
    this.counts = new Map(COUNTS.map(([key, label]) => {
      const pair = document.createElement('div');
      const value = document.createElement('dd');
      const name = document.createElement('dt');
      pair.className = key;
      name.textContent = label;
      pair.append(name, value);
      section.querySelector('.now').append(pair);
      return [key, value];
    }));
    section.querySelectorAll('[data-action]').forEach((button) =>
      button.addEventListener('click', () => act(`${this.path}/${button.dataset.action}`, `${this.title}: ${button.textContent.toLowerCase()}`)));
    this.form = section.querySelector('form');
    this.asked = 0;
    this.form.addEventListener('submit', (event) => this.setBounds(event));
    section.querySelector('.min').hidden = pool.minCapacity === null;
    byId('pools').append(section);
    this.fillBounds(pool);
    this.draw();
    new ResizeObserver(() => this.resize()).observe(section.querySelector('.chart'));
  }

  fillBounds(pool) {
    this.form.max.value = pool.maxCapacity;
    this.form.min.value = pool.minCapacity ?? '';
  }

  async setBounds(event) {
    event.preventDefault();
    const output = this.form.querySelector('output');
    output.textContent = '';
    const asked = ++this.asked;
    const number = (field) => field.value.trim() === '' ? null : Number(field.value);
    const refused = await act(`${this.path}/bounds`, `${this.title}: new bounds`, { min: number(this.form.min), max: number(this.form.max) });
    // The answer to an earlier one may come later.
    if (asked === this.asked) {
      output.textContent = refused;
    }
  }

  draw() {
    this.chart?.destroy();
    const box = this.section.querySelector('.chart');
    const axis = { stroke: colour('soft'), grid: { stroke: colour('line'), width: 1 }, ticks: { stroke: colour('line') } };
    this.chart = new uPlot({
      width: box.clientWidth,
      height: box.clientHeight,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 16, 0, 0],
      scales: { y: { range: (u, low, high) => [0, Math.max(4, high * 1.1)] } },
      axes: [{ ...axis, values: (u, ticks) => ticks.map((t) => new Date(t * 1000).toLocaleTimeString([], { minute: '2-digit', second: '2-digit' })) }, { ...axis, size: 44 }],
      series: [{}, ...SERIES.map((name) => ({
        label: name, stroke: colour(name), width: 2, points: { show: false }, dash: name === 'capacity' ? [6, 4] : undefined,
      }))],
    }, this.data, box);
  }

  resize() {
    const box = this.section.querySelector('.chart');
    this.chart.setSize({ width: box.clientWidth, height: box.clientHeight });
  }

  show(pool, seconds) {
    this.data[0].push(seconds);
    SERIES.forEach((name, i) => this.data[i + 1].push(pool[name]));
    if (this.data[0].length > KEPT) {
      this.data.forEach((column) => column.shift());
    }
    this.chart.setData(this.data);
    this.counts.forEach((value, key) => { value.textContent = pool[key]; });

    const ready = this.section.querySelector('.ready');
    const was = ready.textContent;
    ready.textContent = pool.ready ? 'ready' : 'not ready';
    ready.classList.toggle('yes', pool.ready);
    if (was !== '' && was !== ready.textContent) {
      say(`${this.title} is ${ready.textContent}`);
    }
    this.section.querySelector('.link').textContent = `${pool.state.toLowerCase()}, ${pool.link}`;
    this.section.querySelector('.error .text').textContent = pool.lastError || 'none';
    const suspend = this.section.querySelector('.suspend');
    suspend.dataset.action = pool.state === 'SUSPENDED' ? 'resume' : 'suspend';
    suspend.textContent = pool.state === 'SUSPENDED' ? 'Resume' : 'Suspend';
    if (!this.form.contains(document.activeElement) && this.form.querySelector('output').textContent === '') {
      this.fillBounds(pool);
    }
  }
}

/** Does something; gives the reason when it was refused, and nothing when it was done. */
async function act(path, what, body) {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (response.ok) {
      say(`${what}: done`);
      look();
      return '';
    }
    const reason = await response.text() || `refused (${response.status})`;
    say(`${what}: ${reason}`);
    return reason;
  } catch (e) {
    say(`${what}: the demo was not reached`);
    return 'the demo was not reached';
  }
}

function show(view) {
  const seconds = Date.now() / 1000;
  view.pools.forEach((pool) => {
    const key = `${pool.kind} ${pool.name}`;
    if (!pools.has(key)) {
      pools.set(key, new Pool(pool));
    }
    pools.get(key).show(pool, seconds);
  });
  byId('peer').textContent = view.peer ? 'running' : 'gone';
  byId('kill').disabled = !view.peer;
  byId('start').disabled = view.peer;
  byId('answered').textContent = view.answered;
  byId('failed').textContent = view.failed;
  byId('traffic').dataset.turn = view.traffic ? 'off' : 'on';
  byId('traffic').textContent = view.traffic ? 'Stop the traffic' : 'Start the traffic';
}

let looking = false;
async function look() {
  if (looking) {
    return;
  }
  looking = true;
  try {
    const response = await fetch('api', { cache: 'no-store', signal: AbortSignal.timeout(5 * LOOK_MILLIS) });
    if (!response.ok) {
      throw new Error(response.status);
    }
    show(await response.json());
    byId('connection').hidden = true;
  } catch (e) {
    byId('connection').hidden = false;
  } finally {
    looking = false;
  }
}

byId('kill').addEventListener('click', () => act('api/peer/kill', 'Kill the peer'));
byId('start').addEventListener('click', () => act('api/peer/start', 'Start the peer'));
byId('traffic').addEventListener('click', () => act(`api/traffic/${byId('traffic').dataset.turn}`, byId('traffic').textContent));
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => pools.forEach((pool) => pool.draw()));

look();
setInterval(look, LOOK_MILLIS);
