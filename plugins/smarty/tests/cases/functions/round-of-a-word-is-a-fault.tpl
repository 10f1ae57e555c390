{round('abc')}
