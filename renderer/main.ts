import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { useFailures } from './stores/failures.js';
import './style.css';

const app = createApp(App).use(createPinia());
// A fault of the window itself is shown like any other failure, not swallowed.
app.config.errorHandler = (error) => void useFailures().attempt(Promise.reject(error));
app.mount('#app');
