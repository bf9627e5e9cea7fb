// The client the specification describes, under "Frontend Implementation": pages by number, a template, an empty state, load more.
"use strict";

const PAGE_SIZE = 10;
const feed = document.getElementById("feed-content");
const more = document.getElementById("load-more-btn");
const message = document.getElementById("feed-message");
let currentPage = 1;

async function fetchHomeFeed(page = 1) {
  const url = `/api/posts/home_feed/?page=${page}&page_size=${PAGE_SIZE}`;
  const response = await fetch(url + location.search.replace("?", "&"));
  const data = await response.json();
  if (!response.ok) {
    message.textContent = data.error;
    more.hidden = true;
    return;
  }
  if (data.length === 0) {
    message.textContent = page === 1 ? "Nothing here yet. Follow somebody, or join an organization." : "You have seen everything.";
    more.hidden = true;
    return;
  }
  renderPosts(data, page > 1);
  more.hidden = false;
}

function renderPosts(posts, append = false) {
  const template = document.getElementById("post-template");
  const cards = posts.map((post) => {
    const card = template.content.cloneNode(true);
    card.querySelector("article").id = `post-${post.id}`;
    card.querySelector("h2").textContent = (post.author || post.owner).name;
    card.querySelector(".text").textContent = post.text;
    card.querySelector(".counts").textContent = `${post.counts.likes} likes, ${post.counts.comments} comments`;
    const [photo] = post.photos;
    if (photo && photo.fallback_url) {
      const image = card.querySelector("img");
      image.src = photo.fallback_url;
      image.alt = photo.alt;
      image.hidden = false;
    }
    return card;
  });
  if (append) {
    feed.append(...cards);
  } else {
    feed.replaceChildren(...cards);
  }
}

more.addEventListener("click", () => {
  currentPage += 1;
  fetchHomeFeed(currentPage);
});

fetchHomeFeed(currentPage);
