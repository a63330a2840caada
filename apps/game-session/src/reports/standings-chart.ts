import { BarChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Standing } from '../store/records.js';

/** More bars than this nobody reads. */
const MOST_BARS = 10;
const WIDTH = 720;
const ROW_HEIGHT = 36;

echarts.use([BarChart, GridComponent, SVGRenderer]);

/** The points of the best, as the text of an SVG picture. */
export function standingsChart(standings: readonly Standing[]): string {
  const best = standings.slice(0, MOST_BARS);
  const height = 40 + ROW_HEIGHT * best.length;
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    chart.setOption({
      animation: false, // or it would end as a picture of its first frame
      grid: { left: 8, right: 40, top: 8, bottom: 8, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      xAxis: { type: 'value', minInterval: 1 },
      yAxis: {
        type: 'category',
        inverse: true, // the first on top
        data: best.map(({ name }) => name),
        axisLabel: { width: 180, overflow: 'truncate' },
      },
      series: [
        {
          type: 'bar',
          data: best.map(({ points }) => points),
          itemStyle: { color: '#2f6fdb', borderRadius: [0, 4, 4, 0] },
          label: { show: true, position: 'right' },
        },
      ],
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
