
'use strict';
(function () {
  var box = document.getElementById('find');
  var found = document.getElementById('found');
  var sections = document.querySelectorAll('section.records');
  function plain(text) {
    return text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  }
  function look() {
    var wanted = plain(box.value.trim());
    var hits = 0;
    document.documentElement.classList.toggle('searching', wanted !== '');
    sections.forEach(function (section) {
      var here = 0;
      section.querySelectorAll('tbody tr, dl.values div').forEach(function (row) {
        row.plain = row.plain || plain(row.textContent);
        row.hidden = !row.plain.includes(wanted);
        here += row.hidden ? 0 : 1;
      });
      section.hidden = wanted !== '' ? here === 0 : false;
      hits += here;
    });
    found.textContent = wanted === '' ? '' : hits === 0 ? found.dataset.none
      : hits === 1 ? found.dataset.one
      : found.dataset.many.replace('0', hits.toLocaleString(document.documentElement.lang));
  }
  box.addEventListener('input', look);
  document.addEventListener('click', function (event) {
    // What a link leads to may be hidden while a search is active.
    if (event.target.closest('a[href^="#"]')) {
      box.value = '';
      look();
    }
  });
  document.getElementById('search').hidden = false;
})();
