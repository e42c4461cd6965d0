import '@mantine/core/styles/default-css-variables.css';
import './styles/tokens.css';
import '@mantine/core/styles/global.css';
import '@mantine/core/styles/UnstyledButton.css';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/Popover.css';
import '@mantine/core/styles/Menu.css';
import './styles/mantine.css';
import './styles/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { Client } from './app/Client.ts';
import { startWords } from './words/index.ts';

startWords();
const client = new Client();
void client.session.restore();

const root = document.getElementById('root');
if (!root) throw new Error('no root element');
createRoot(root).render(<App client={client} />);
