/** The entry of `hub.html`: the page, and a way to ask the Hugging Face Hub. No other entry leads to this folder. */
import '../app/first-trouble';

import { startPage } from '../app/start';
import { createEdition } from './edition';

startPage(createEdition);
