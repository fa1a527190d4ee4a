/* CRC-32C (Castagnoli): every 64-bit x86 since 2008 and every 64-bit ARM of note computes it in hardware. */
#include "journal_internal.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t crc_hardware(uint32_t crc, const uint8_t *p, size_t n)
{
    uint64_t c = crc, word;

    for (; n >= 8; p += 8, n -= 8) {
        memcpy(&word, p, 8);
        c = _mm_crc32_u64(c, word);
    }
    for (; n > 0; p++, n--) c = _mm_crc32_u8((uint32_t)c, *p);
    return (uint32_t)c;
}
static int has_hardware(void) { return __builtin_cpu_supports("sse4.2"); }

#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>

static uint32_t crc_hardware(uint32_t crc, const uint8_t *p, size_t n)
{
    uint64_t word;

    for (; n >= 8; p += 8, n -= 8) {
        memcpy(&word, p, 8);
        crc = __crc32cd(crc, word);
    }
    for (; n > 0; p++, n--) crc = __crc32cb(crc, *p);
    return crc;
}
static int has_hardware(void) { return 1; }

#else

static uint32_t crc_hardware(uint32_t crc, const uint8_t *p, size_t n)
{
    (void)p, (void)n;
    return crc;
}
static int has_hardware(void) { return 0; }

#endif

/* Eight tables: table[k][b] is the checksum of byte b followed by k zero bytes. */
static uint32_t crc_software(uint32_t crc, const uint8_t *p, size_t n)
{
    static uint32_t table[8][256];

    if (table[0][1] == 0) {
        for (uint32_t b = 0; b < 256; b++) {
            uint32_t c = b;
            for (int bit = 0; bit < 8; bit++) c = c >> 1 ^ (c & 1 ? 0x82f63b78u : 0);
            table[0][b] = c;
        }
        for (int k = 1; k < 8; k++)
            for (int b = 0; b < 256; b++)
                table[k][b] = table[k - 1][b] >> 8 ^ table[0][table[k - 1][b] & 255];
    }
    for (; n >= 8; p += 8, n -= 8) {
        uint32_t a = crc ^ journal_get32(p), b = journal_get32(p + 4);
        crc = table[7][a & 255] ^ table[6][a >> 8 & 255] ^ table[5][a >> 16 & 255] ^ table[4][a >> 24] ^
              table[3][b & 255] ^ table[2][b >> 8 & 255] ^ table[1][b >> 16 & 255] ^ table[0][b >> 24];
    }
    for (; n > 0; p++, n--) crc = crc >> 8 ^ table[0][(crc ^ *p) & 255];
    return crc;
}

/* The checksum of bytes that follow others whose checksum is crc; it starts at 0. */
uint32_t journal_crc(uint32_t crc, const void *bytes, size_t n)
{
    return ~(has_hardware() ? crc_hardware(~crc, bytes, n) : crc_software(~crc, bytes, n));
}

void journal_sectors(uint32_t sector[JOURNAL_SECTORS], const uint8_t *page)
{
    for (int s = 0; s < JOURNAL_SECTORS; s++)
        sector[s] = journal_crc(0, page + s * JOURNAL_SECTOR, JOURNAL_SECTOR);
}
