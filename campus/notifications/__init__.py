"""Who is told what: on the site in groups, by mail where wished. What she may not see now, she is not told of."""
