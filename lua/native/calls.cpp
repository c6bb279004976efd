#include "calls.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <mutex>
#include <utility>

namespace cbf_lua {
namespace {

enum : std::uint32_t { waits, runs, has_run, has_not_run, was_given_up }; // states of a call that somebody waits for

/// Calls that find a callback freed have begun before so many others were: as for slots.
constexpr std::size_t quarantine = 1024;

/// Those of all states, for the child of a fork.
struct all_calls {
    std::mutex mutex;
    std::vector<calls *> list;
};

all_calls &all() noexcept {
    static all_calls *const made = [] {
        static all_calls *kept = nullptr; // for ever: threads outlive what is destroyed at exit
        kept = new all_calls;
        guard_forks([] { kept->mutex.lock(); }, [] { kept->mutex.unlock(); },
                    [] {
                        for (calls *const each : kept->list)
                            each->forget();
                        kept->mutex.unlock();
                    });
        return kept;
    }();
    return *made;
}

double now() noexcept {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

/// In the queue. Behind one that nobody waits for is an image of its arguments.
struct calls::call : queued {
    callback *of;
    cells *from;                      // whose memory it is; NULL: somebody waits for it
    void *what;                       // of one that somebody waits for
    std::atomic<std::uint32_t> state; // the same

    std::byte *image() noexcept { return reinterpret_cast<std::byte *>(this + 1); }

    bool change(std::uint32_t before, std::uint32_t after) noexcept {
        return state.compare_exchange_strong(before, after);
    }

    /// Its memory is the other thread's from here on.
    void end(std::uint32_t how) noexcept {
        state.store(how);
        wake(state);
    }
};

std::unique_ptr<calls> calls::make() {
    std::unique_ptr<calls> made(new calls);
    if (!made->bell_.make())
        return nullptr;
    const std::lock_guard lock(all().mutex);
    all().list.push_back(made.get());
    return made;
}

calls::~calls() {
    leave_list();
    bell_.close();
    while (oldest_freed_ != nullptr)
        delete std::exchange(oldest_freed_, oldest_freed_->next);
}

void calls::leave_list() noexcept {
    const std::lock_guard lock(all().mutex);
    std::erase(all().list, this);
}

void calls::resize(std::uint32_t count, std::size_t size) {
    const auto fits = [&](const auto &room) { return room->count() == count && room->size() == size; };
    auto found = std::find_if(rooms_.begin(), rooms_.end(), fits);
    if (found == rooms_.end())
        found = rooms_.insert(found, std::make_unique<cells>(count, size));
    room_.store(found->get());
}

void calls::make_room_for(const callback &posted) {
    const std::size_t size = sizeof(call) + posted.copy->size();
    const cells *const room = room_.load();
    if (room == nullptr || room->size() < size)
        resize(limit_, size);
}

void calls::limit(std::uint32_t count) {
    if (const cells *const room = room_.load())
        resize(count, room->size());
    limit_ = count;
}

/// Rung again only when who is woken has taken note.
void calls::ring() noexcept {
    if (rung_.exchange(1) == 0)
        bell_.ring();
}

void calls::give_up(const callback &of) noexcept {
    late_id_.store(of.id);
    ++late_;
}

calls::outcome calls::wait(callback &of, void *what) noexcept {
    call *const mine = new (std::nothrow) call{{nullptr}, &of, nullptr, what, waits};
    if (mine == nullptr) {
        give_up(of);
        return outcome::not_run;
    }
    if (!queue_.put(*mine)) {
        delete mine;
        return outcome::closed;
    }
    ring();
    const double end = now() + of.timeout;
    std::uint32_t state;
    while ((state = mine->state.load()) == waits || state == runs) {
        const bool has_end = state == waits && of.timeout >= 0; // what runs uses this thread's stack
        const double left = has_end ? end - now() : -1;
        if (has_end && left <= 0 && mine->change(waits, was_given_up)) {
            give_up(of);
            return outcome::not_run;
        }
        wait_while(mine->state, state, left);
    }
    delete mine;
    return state == has_run ? outcome::run : outcome::not_run;
}

bool calls::post(callback &of, cbf_arguments *arguments) noexcept {
    cells *const room = room_.load();
    void *const cell = room->take();
    if (cell == nullptr) {
        ++dropped_;
        return true;
    }
    call *const copy = new (cell) call{{nullptr}, &of, room, nullptr, waits};
    of.copy->write(arguments, copy->image());
    ++of.under_way;
    if (!queue_.put(*copy)) {
        --of.under_way;
        room->give(cell);
        return false;
    }
    ring();
    return true;
}

std::uint32_t calls::gather() noexcept {
    for (*last_ = queue_.take(); *last_ != nullptr; last_ = &(*last_)->next)
        ++gathered_;
    return gathered_;
}

/// A call that is not to be run any more.
void calls::answer(call &what) noexcept {
    if (what.from != nullptr) {
        --what.of->under_way;
        what.from->give(&what);
    } else if (what.change(waits, runs)) {
        what.end(has_not_run);
    } else {
        delete &what; // nobody waits any more
    }
}

bool calls::run_next(void (*run)(callback &, void *)) {
    while (first_ != nullptr) {
        call &next = static_cast<call &>(*first_);
        callback &of = *next.of;
        first_ = next.next;
        --gathered_;
        if (first_ == nullptr)
            last_ = &first_;
        if (of.freed || (next.from == nullptr && !next.change(waits, runs))) {
            answer(next);
        } else if (next.from == nullptr) {
            run(of, next.what);
            next.end(has_run);
            return true;
        } else { // from here on others may be queued in its place, or the process may be forked
            auto *const image = static_cast<std::byte *>(__builtin_alloca(of.copy->size()));
            std::memcpy(image, next.image(), of.copy->size());
            next.from->give(&next);
            run(of, of.copy->arguments(image));
            --of.under_way;
            return true;
        }
    }
    return false;
}

void calls::rest() noexcept {
    bell_.silence();
    rung_.exchange(0);
    if (!is_empty())
        ring();
}

void calls::sleep(double seconds) {
    if (is_empty())
        bell_.wait(seconds);
}

void calls::remove(std::unique_ptr<callback> freed) noexcept {
    freed->freed = true;
    gather();
    queued **link = &first_;
    while (*link != nullptr) {
        call &each = static_cast<call &>(**link);
        if (each.of != freed.get()) {
            link = &each.next;
            continue;
        }
        *link = each.next;
        --gathered_;
        answer(each);
    }
    last_ = link;
    retire(freed.release());
}

/// Deletes the oldest one if there are enough of them, and nothing uses it.
void calls::retire(callback *freed) noexcept {
    *last_freed_ = freed;
    last_freed_ = &freed->next;
    if (++freed_ <= quarantine)
        return;
    callback *const oldest = std::exchange(oldest_freed_, oldest_freed_->next);
    --freed_;
    if (oldest->under_way.load() == 0) {
        delete oldest;
    } else {
        oldest->next = nullptr;
        *last_freed_ = oldest;
        last_freed_ = &oldest->next;
        ++freed_;
    }
}

void calls::close() noexcept {
    leave_list();
    gather();
    *last_ = queue_.close();
    while (first_ != nullptr) {
        call &next = static_cast<call &>(*first_);
        first_ = next.next;
        answer(next);
    }
    last_ = &first_;
    gathered_ = 0;
}

std::uint32_t calls::take_late(std::int32_t &id) noexcept {
    const std::uint32_t count = late_.exchange(0);
    id = late_id_.load();
    return count;
}

/// Those that wait are in threads that are not here, and so is their memory.
void calls::forget() noexcept {
    queue_.take();
    first_ = nullptr;
    last_ = &first_;
    gathered_ = 0;
    for (const auto &each : rooms_)
        each->reset();
    bell_.renew();
    rung_.store(0);
}

} // namespace cbf_lua
