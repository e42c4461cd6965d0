// The worker uses unordered_dense, which is not packaged; the standard containers have the same interface.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <unordered_set>

namespace ankerl::unordered_dense
{
	// std::hash of an integer is the integer itself; unordered_dense promises well mixed bits (Fibonacci hashing here).
	template<class T, class = void>
	struct hash
	{
		uint64_t operator()(const T& value) const noexcept
		{
			uint64_t bits = std::hash<T>{}(value);

			bits ^= bits >> 32;
			bits *= 0x9E3779B97F4A7C15ull;
			bits ^= bits >> 29;

			return bits;
		}
	};

	template<class Key, class Value, class Hash = hash<Key>, class Equal = std::equal_to<Key>>
	using map = std::unordered_map<Key, Value, Hash, Equal>;

	template<class Key, class Hash = hash<Key>, class Equal = std::equal_to<Key>>
	using set = std::unordered_set<Key, Hash, Equal>;
} // namespace ankerl::unordered_dense
