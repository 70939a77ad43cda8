"""What all pages share: the base template, how a page is rendered, how a problem looks."""
