"""Pages without an order."""
import sqlalchemy as sa
from sqlalchemy import delete, select


def pages(users, number, limit, sort, batch_size):
    select(users).limit(20)  # ! SCA007
    sa.select(users).where(users.active).offset(number * 20).limit(20)  # ! SCA007
    select(users).order_by(users.id).limit(20)
    select(users).limit(20).order_by(users.id)
    select(users).limit(1)
    select(users).limit(2)
    select(users).offset(1)  # ! SCA007

    page = select(users)
    if limit:
        page = page.limit(limit)  # ! SCA007

    ordered = select(users)
    if sort:
        ordered = ordered.order_by(users.name)
    ordered = ordered.limit(limit)

    late = select(users).limit(limit)
    late = late.order_by(users.id)

    handed = select(users).limit(limit)
    handed = sort(handed)

    unknown = sort(select(users))
    unknown = unknown.limit(limit)


def portions(session, users, batch_size, queue_length):
    session.execute(select(users).limit(batch_size))
    delete(users).where(users.id.in_(select(users.id).limit(queue_length)))


def queue(session, jobs, count):
    return select(jobs).limit(count).with_for_update(skip_locked=True)


def other(thing, statement):
    thing.limit(20)
    statement.limit(20).offset(3)
