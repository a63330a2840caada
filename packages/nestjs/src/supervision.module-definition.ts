import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { SupervisionOptions } from './supervision-options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<SupervisionOptions>({ moduleName: 'Supervision' })
    .setClassMethodName('forRoot')
    .build();
