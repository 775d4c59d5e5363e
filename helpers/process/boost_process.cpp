// Boost.Process v2 is header-only in 1.81, but leaves close_all() and process_environment undefined
// unless a translation unit includes the implementation; from 1.86 on it is a compiled library and
// this file is empty.
#include <boost/version.hpp>

#if BOOST_VERSION < 108600
#include <boost/process/v2/environment.hpp>
#include <boost/process/v2/impl/environment.ipp>
#include <boost/process/v2/process.hpp>
#endif
