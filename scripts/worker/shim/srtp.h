// The worker is written for libsrtp 3, which no distribution has yet. This maps those calls of it that the worker makes
// onto libsrtp 2: policies become handles, and protect/unprotect get separate input and output buffers.
#pragma once

#include <srtp2/srtp.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

// A policy of libsrtp 2 together with the key that it points to.
struct srtp3_policy
{
	srtp_policy_t policy;
	unsigned char key[64];
};
typedef srtp3_policy* srtp3_policy_handle;

// Error codes that libsrtp 2 does not have.
static constexpr srtp_err_status_t srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
static constexpr srtp_err_status_t srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

inline srtp_err_status_t srtp_policy_create(srtp3_policy** created)
{
	auto* handle = new (std::nothrow) srtp3_policy;

	if (!handle)
	{
		return srtp_err_status_alloc_fail;
	}

	std::memset(static_cast<void*>(handle), 0, sizeof(*handle));
	*created = handle;

	return srtp_err_status_ok;
}

inline void srtp_policy_destroy(srtp3_policy* handle)
{
	delete handle;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp3_policy* handle, srtp_ssrc_t ssrc)
{
	handle->policy.ssrc = ssrc;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp3_policy* handle, srtp_profile_t profile)
{
	const auto status = srtp_crypto_policy_set_from_profile_for_rtp(&handle->policy.rtp, profile);

	return status ? status : srtp_crypto_policy_set_from_profile_for_rtcp(&handle->policy.rtcp, profile);
}

// libsrtp 2 takes key and salt as one string; it has no use for the key's identifier.
inline srtp_err_status_t srtp_policy_add_key(
  srtp3_policy* handle,
  const uint8_t* key,
  size_t keyLength,
  const uint8_t* salt,
  size_t saltLength,
  const uint8_t* /*identifier*/,
  size_t /*identifierLength*/)
{
	if (keyLength + saltLength > sizeof(handle->key))
	{
		return srtp_err_status_bad_param;
	}

	std::memcpy(handle->key, key, keyLength);
	std::memcpy(handle->key + keyLength, salt, saltLength);
	handle->policy.key = handle->key;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp3_policy* handle, bool allow)
{
	handle->policy.allow_repeat_tx = allow;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp3_policy* handle, unsigned long size)
{
	handle->policy.window_size = size;

	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, srtp3_policy* handle)
{
	return ::srtp_create(session, static_cast<const srtp_policy_t*>(&handle->policy));
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc)
{
	return srtp_remove_stream(session, ssrc);
}

// libsrtp 2 works in place: the packet is copied to where the result shall be, which needs `room` more bytes there.
inline srtp_err_status_t srtp3_in_place(
  srtp_err_status_t (*work)(srtp_t, void*, int*),
  srtp_t session,
  const uint8_t* in,
  size_t inLength,
  uint8_t* out,
  size_t* outLength,
  size_t room)
{
	if (*outLength < inLength + room)
	{
		return srtp_err_status_buffer_small;
	}
	if (out != in)
	{
		std::memcpy(out, in, inLength);
	}

	int length        = static_cast<int>(inLength);
	const auto status = work(session, out, &length);

	if (!status)
	{
		*outLength = static_cast<size_t>(length);
	}

	return status;
}

inline srtp_err_status_t srtp_protect(
  srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength, size_t /*mkiIndex*/)
{
	return srtp3_in_place(::srtp_protect, session, in, inLength, out, outLength, SRTP_MAX_TRAILER_LEN);
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength, size_t /*mkiIndex*/)
{
	return srtp3_in_place(::srtp_protect_rtcp, session, in, inLength, out, outLength, SRTP_MAX_TRAILER_LEN);
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength)
{
	return srtp3_in_place(::srtp_unprotect, session, in, inLength, out, outLength, 0);
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t session, const uint8_t* in, size_t inLength, uint8_t* out, size_t* outLength)
{
	return srtp3_in_place(::srtp_unprotect_rtcp, session, in, inLength, out, outLength, 0);
}

#define srtp_policy_t srtp3_policy_handle
