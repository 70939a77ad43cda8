"""Turn a street network into travel times: pure arithmetic on arrays, for foot, bicycle and car."""
