"""The pieces of the HTML report: what it shows (`view`), the rows its script draws (`rows`), templates, style and script."""
