using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Swarm.Images.Repositories;

namespace Swarm.Api.Registry.Access;

/// <summary>Users by their passwords. The file is read again when it has changed.</summary>
internal sealed partial class RegistryUsers(string? path, TimeProvider time, ILogger<RegistryUsers> logger)
{
    private const int WaitingMax = 64;
    private const int RememberedMax = 1000;

    // Of nothing anybody knows: an unknown name takes as long as a wrong password.
    private const string NobodysHash = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";

    // Of the whole process: it is a matter of its cores.
    private static readonly SemaphoreSlim Checking = new(2);

    private static readonly TimeSpan RememberFor = TimeSpan.FromMinutes(5);

    // The time of a file may stay the same for so long though it is written again: some file systems count in seconds.
    private static readonly TimeSpan TimeOfFileStays = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, DateTimeOffset> _right = new(StringComparer.Ordinal);
    private FrozenDictionary<string, string> _users = FrozenDictionary<string, string>.Empty;
    private string _content = "";
    private (DateTime Written, long Length)? _seen;
    private string _fault = "";
    private int _waiting;

    /// <summary>Whether this is a user's password.</summary>
    /// <remarks>bcrypt is slow on purpose: a password that was right is remembered for a while, by a hash that is
    /// worth nothing elsewhere, and two at a time are checked.</remarks>
    /// <exception cref="RepositoryException">Too many wait.</exception>
    public async Task<bool> AreAsync(string user, string password, CancellationToken cancellation)
    {
        if (path is null) return false;
        var hash = Users().GetValueOrDefault(user);
        var mark = Convert.ToHexString(HMACSHA256.HashData(
            _key, Encoding.UTF8.GetBytes($"{user.Length}:{user}{hash}:{password}")));
        if (hash is not null && IsRemembered(mark)) return true;
        try
        {
            if (Interlocked.Increment(ref _waiting) > WaitingMax)
                throw new RepositoryException(RepositoryFault.TooManyRequests, "too many passwords are being checked");
            await Checking.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        try
        {
            var isRight = BCrypt.Net.BCrypt.Verify(password, hash ?? NobodysHash) && hash is not null;
            if (isRight) Remember(mark);
            return isRight;
        }
        finally
        {
            Checking.Release();
        }
    }

    private bool IsRemembered(string mark)
    {
        lock (_gate) return _right.TryGetValue(mark, out var until) && until > time.GetUtcNow();
    }

    private void Remember(string mark)
    {
        lock (_gate)
        {
            if (_right.Count >= RememberedMax) _right.Clear();
            _right[mark] = time.GetUtcNow() + RememberFor;
        }
    }

    // One that cannot be read any more leaves the users as they were, and is tried again each time: that it can be read
    // again is not seen by its time.
    private FrozenDictionary<string, string> Users()
    {
        lock (_gate)
        {
            try
            {
                // Of what is open, and not of a link to it.
                using var file = new FileStream(
                    path!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                var stamp = (Written: File.GetLastWriteTimeUtc(file.SafeFileHandle), file.Length);
                if (stamp == _seen) return _users;
                using var reader = new StreamReader(file);
                var content = reader.ReadToEnd();
                // What was written just now may be written once more in the same moment.
                _seen = time.GetUtcNow() - stamp.Written < TimeOfFileStays ? null : stamp;
                Take(content);
                _fault = "";
            }
            catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or FormatException)
            {
                if (wrong.Message != _fault) LogUnread(path!, wrong.Message);
                _fault = wrong.Message;
            }

            return _users;
        }
    }

    private void Take(string content)
    {
        if (content == _content) return;
        _users = PasswordFile.Parse(content);
        _content = content;
        _right.Clear();
        LogRead(path!, _users.Count);
    }

    [LoggerMessage(LogLevel.Information, "Read {Count} users of the registry from {Path}")]
    private partial void LogRead(string path, int count);

    [LoggerMessage(
        LogLevel.Error, "The users of the registry in {Path} cannot be read, and stay as they were: {Reason}")]
    private partial void LogUnread(string path, string reason);
}
