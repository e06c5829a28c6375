import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { applyTheme } from './appearance/appearance-store.ts';
import { openConnection } from './connection/connection-store.ts';
import './styles/theme.css';

applyTheme();
void openConnection();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
