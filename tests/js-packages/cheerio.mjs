import * as cheerio from 'cheerio';
const $ = cheerio.load('<ul id=f><li class=a>One<li class="b c">Two &amp; <b>x</b></ul><p>tail');
$('li.b').attr('data-x', '1').append('<i>!</i>');
console.log($.html(), $('li').map((i, e) => $(e).text()).get(), $('ul > li:nth-child(2)').is('.c'));
