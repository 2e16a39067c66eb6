/** A top-fuel dragster from the side, nose to the right: wing, tall slick, engine with injector hat, long low nose. */
export function Car() {
  return (
    <svg className="car" viewBox="0 0 64 18" aria-hidden="true">
      <path d="M0 .8h9.2v2H6.4l2.6 6H5.8L3.2 2.8H0z" />
      <path d="M23.8 4l-.4-2.6h5L28 4h2.2l.4 4.4 3.2-.2c.5-2.4 1.6-3.8 3.4-4.2l2.3 4L46 9.2 64 13.4v1.5H14l3-5.6 4.5-.4.7-4.9z" />
      <circle cx="11.2" cy="10.7" r="7.2" />
      <circle cx="54" cy="14.7" r="3.2" />
      <circle className="car-hub" cx="11.2" cy="10.7" r="2.7" />
      <circle className="car-hub" cx="54" cy="14.7" r="1.1" />
    </svg>
  )
}
