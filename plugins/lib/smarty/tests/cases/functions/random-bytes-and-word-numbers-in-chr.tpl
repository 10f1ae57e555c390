{chr(300)} {chr(-1)|bin2hex} {dechex(-1)} {ord('')}
