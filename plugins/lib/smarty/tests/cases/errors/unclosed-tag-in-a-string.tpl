{assign var="x value=1}
after
