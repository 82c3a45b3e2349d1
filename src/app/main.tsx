// First of all: it tells of whatever the others throw while they are loaded.
import './first-trouble';

import { startPage } from './start';

startPage();
