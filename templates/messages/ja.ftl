# 日本語。公開ページとメール。この言語では管理コンソールは英語で表示されます。

# 共通
skip = 本文へ移動
continue = 続ける
cancel = キャンセル
or = または
save = 保存
edit = 編集
delete = 削除
remove = 取り除く
revoke = 取り消す
forget = 記憶を消す
search = 検索
clear = クリア
none = なし
any = すべて
never = なし
added = 追加日時
changed = 変更日時
since = 開始日時
expires = 有効期限
last-used = 最終使用
near = { $place }付近
not-now = 今はしない
retry = もう一度試す
retry-for-app = { $app }でもう一度試す
start-again = 最初からやり直す
back-to-app = { $app }に戻る
to-account = アカウントを開く
to-new-password = 新しいパスワードを設定する
use-passkey = パスキーでサインイン
for-app = （{ $app }）
language = 言語
language-change = 変更
help = ヘルプ：
reference = 参照コード
dev-banner = 開発用プロファイルです。実際のアカウントには使用しないでください。
dev-open = 開発用ページ
password-show = パスワードを表示
field-email = メールアドレス
field-name = 名前
field-password = パスワード
field-current-password = 現在のパスワード
field-new-password = 新しいパスワード

# 入力内容の問題
problem-required = この項目は必須です。
problem-credentials = サインインできませんでした。入力内容を確認して、もう一度お試しください。
problem-code = このコードは使えませんでした。内容を確認するか、新しいコードを請求してください。
problem-code-used = このコードは使用済みです。次のコードをお待ちください。
problem-code-expired = このコードは期限切れです。新しいコードを請求してください。
problem-passkey-attestation = 組織が検証できるセキュリティキーのみ使用できますが、このキーは種類を示しません。別のキーをお試しください。
problem-passkey-synced = 組織では一台の端末にとどまるパスキーのみ使用できます。セキュリティキーをお試しください。
problem-passkey-model = 組織ではこの機種のセキュリティキーは使用できません。別のキーをお試しください。
problem-passkey = このパスキーは使えませんでした。もう一度試すか、別の方法を選んでください。
problem-resend-later = コードは先ほど送信されました。しばらく待ってから再度請求してください。
problem-mails-exhausted = このメールボックスに送られたコードが多すぎます。別の方法を選ぶか、1時間後にお試しください。
problem-password-wrong = 現在のパスワードが正しくありません。
problem-password-long = パスワードが長すぎます。256文字以内にしてください。
problem-password-breached = このパスワードは情報漏えいで知られています。別のものを選んでください。
problem-password-guessable = このパスワードは推測されやすいものです。より長いもの、または一般的でないものを選んでください。
problem-password-same = 現在と同じパスワードです。別のものを選んでください。
problem-email = メールアドレスではありません。入力をご確認ください。
problem-conflict = その間に他の人が変更しました。値を確認して、もう一度保存してください。
problem-password-short = { $n ->
   *[other] { $n }文字以上にしてください。
}

# サインイン
signin-title = サインイン
signin-again-title = ご本人であることを確認してください
signin-to-app = { $app }へ進みます
signin-to-account = { $tenant }のアカウント
signin-submit = サインイン
signin-forgot = パスワードをお忘れですか？
signin-passkey = パスキーでサインイン
signin-no-account = アカウントをお持ちでない場合
signin-sign-up = アカウントを作成
password-step-title = パスワードを入力してください
password-step-change = ご本人ではありませんか？
personas-title = 開発用アカウント
personas-text = 選ぶとアドレスが入力されます。パスワードは開発用ページに記載されています。
throttled-title = 試行回数が多すぎます
throttled-text = { $n ->
   *[other] { $n }分待ってから、もう一度お試しください。
}

# パスワードを忘れた場合
recover-title = パスワードをお忘れですか？
recover-text = メールアドレスを入力してください。新しいパスワードを設定するためのコードをお送りします。
recover-submit = コードを送信
recover-code-title = メールをご確認ください
recover-code-text = { $address }のアカウントがあれば、そのメールボックスにコードをお送りしています。
recover-code-label = メールに記載されたコード
recover-code-hint = 届くまで1分ほどかかることがあります。迷惑メールフォルダーもご確認ください。
recover-other-address = 別のアドレスを使う
recover-back = サインインに戻る
reason-before-recovery = 新しいパスワードを設定する前に、ほかのサインイン方法で確認してください。
password-forgotten = 今後サインインに使うパスワードを設定してください。

# アドレスの変更
email-change = アドレスを変更
email-title = アドレスの変更
email-text = 新しいアドレスを入力してください。そこへコードを送信し、そのコードによってのみアドレスが変更されます。
email-code-text = { $address }にメールをお送りしています。記載されたコードを入力するとアドレスが変更されます。
problem-email-same = 現在と同じアドレスです。
problem-email-cools-down = このような変更の後、3日間はアドレスを変更できません。{ $at }以降にお試しください。

# アカウントの作成
sign-up-title = アカウントの作成
sign-up-text = { $tenant }のアカウントです。まずアドレスを入力してください。
sign-up-text-app = その後{ $app }へ進みます。まずアドレスを入力してください。
sign-up-submit = 続ける
sign-up-working = お待ちください。自動プログラムを防ぐため、ブラウザーが短い計算を行っています。
sign-up-have-account = すでにアカウントをお持ちですか？
sign-up-code-text = { $address }にメールをお送りしています。コード、またはすでにアカウントをお持ちの場合はサインインの方法が記載されています。
sign-up-details-title = あと少しです
sign-up-details-text = アドレス{ $address }を確認しました。今後どのようにサインインしますか？
sign-up-name = お名前（空欄でもかまいません）
sign-up-terms = 次の内容に同意します
sign-up-create = アカウントを作成
sign-up-passkey = パスワードの代わりにパスキーを使う
problem-disposable = このプロバイダーのアドレスは使用できません。別のアドレスをお使いください。
problem-name = 名前は200文字以内にしてください。
problem-terms = まず同意してください。
problem-account-exists = このアドレスのアカウントはすでにあります。サインインしてください。

# サインイン方法を失った場合
lost-none = どの方法も使えません
lost-none-hint = 紛失や故障の場合、待機期間の後に新しいものへ置き換え、メールでお知らせします。
wait-title-waiting = 後ほどお越しください
wait-title-barred = 現在はできません
wait-text-waiting = アカウントを守るため、失われたサインイン方法は待機期間の後にのみ置き換えられます。メールをお送りしましたので、そこから中止できます。
wait-text-barred = 少し前にこのアカウントの復旧が中止されたか、アドレスが変更されました。アカウントを守るため、まだ新しい復旧は始められません。
wait-until-waiting = 可能になる日時
wait-until-barred = 次に可能な日時
wait-then = その後3日以内に、もう一度「パスワードをお忘れですか？」を選んでください。それまでにサインインできる方法が見つかれば、それをお使いください。復旧は終了します。
wait-verify = お待ちになりたくない場合は、本人確認サービスで確認を受けると、失われたサインイン方法をすぐに置き換えられます。

# 本人確認
identity-title = 本人確認
identity-text = { $provider }が、書類またはそこにお持ちのアカウントによってご本人であることを確認します。結果を受け取り、次の項目をアカウントと照合します：
identity-kept = { $n ->
   *[other] 確認の記録はほかの情報とは別に保管され、{ $n }日後に削除されます。
}
identity-submit = 本人確認を行う
claim-name = 氏名
claim-given-name = 名
claim-family-name = 姓
claim-middle-name = ミドルネーム
claim-birthdate = 生年月日
problem-identity-cancelled = 本人確認はキャンセルされました。もう一度始めることができます。
problem-identity-unavailable = 本人確認を完了できませんでした。しばらくしてからもう一度試すか、お問い合わせください。
problem-identity-not-verified = サービスは、ここで認められる方法でご本人を確認していません。
problem-identity-mismatch = 確認された内容がアカウントと一致しません。別の方のアカウントを使った場合はご自身のもので試し、そうでなければお問い合わせください。
account-recovery = メールを読める人が、ほかのサインイン方法を失ったと申し出ています。中止しない限り、{ $at }以降に置き換えられます。
account-recovery-stop = 中止する
account-pass = { $at }に、サポートがこのアカウントの一時アクセスコードを発行することが承認されました。ご自身で依頼していない場合は、取り消してください。
account-pass-revoke = 取り消す
problem-cools-down = 復旧後3日間は何も取り除けません。{ $at }以降にお試しください。

# 追加の確認
challenge-title = 追加の確認
challenge-tries-left = { $n ->
   *[other] あと{ $n }回試せます。
}
challenge-resent = 新しいコードをお送りしています。
challenge-sent-to = { $address }に送信しました。
challenge-label-totp = 認証アプリのコード
challenge-label-email-otp = メールに記載されたコード
challenge-label-recovery-code = リカバリーコード
challenge-label-access-pass = 一時アクセスコード
challenge-hint-totp = アプリを開き、このアカウントのコードを入力してください。
challenge-hint-email-otp = 届くまで1分ほどかかることがあります。
challenge-hint-recovery-code = 保管した10個のうちの一つです。それぞれ1回だけ使えます。
challenge-hint-access-pass = サポートから受け取ったコードです。1回だけ使え、その後に新しいサインイン方法を設定します。
challenge-submit = 確認
challenge-resend = 新しいコードを送信
challenge-resend-wait = { $n ->
   *[other] あと{ $n }秒
}
challenge-passkey = パスキーを使う
challenge-other = 別の方法を試す
challenge-restart = 別のアカウントでやり直す
reason-new-browser = このアカウントで初めて使われるブラウザーのため、ご本人であることを確認してください。
reason-new-region = このアカウントで初めての地域からのサインインのため、ご本人であることを確認してください。
reason-unusual-activity = 普段と異なる点があるため、ご本人であることを確認してください。
reason-sensitive-action = 重要な操作のため、ご本人であることを確認してください。
reason-organisation-rule = 組織が追加の確認を求めています。
reason-app-request = アプリが追加の確認を求めています。
reason-first-sign-in = ここでの初めてのサインインのため、ご本人であることを確認してください。
reason-before-new-password = 新しいパスワードを設定する前に、ご本人であることを確認してください。
reason-before-enrolment = 新しいサインイン方法を設定する前に、アドレスを確認してください。
way-passkey = パスキー
way-push = 端末での承認

# 端末での承認
push-waiting = 端末で認証ページを開き、この番号を入力してください。有効時間は2分です。
push-unanswered = 承認されませんでした。番号が違うか、時間内に応答がありませんでした。
push-rejected = 端末でサインインが拒否されました。操作の誤りであれば、別の方法を選んでください。
push-too-many = 承認の要求が多すぎます。別の方法を選ぶか、15分ほどお待ちください。
push-number = 番号は{ $number }です
push-reload = 承認しました
push-again = もう一度要求する
push-enrol-title = この端末で承認
push-enrol-text = 別の場所でサインインするとき、この端末に確認が届きます。端末で番号を入力します。端末から送られるのは回答だけです。
push-enrol-submit = この端末を設定
push-enrol-failed = この端末を設定できませんでした。もう一度試すか、別のブラウザーをお使いください。
push-needs-script = JavaScriptが必要です。
push-app-title = 認証ページ
push-app-none = 承認待ちの要求はありません。このページは自動的に確認します。
push-app-unknown = この端末はここでは設定されていないか、設定が解除されています。
push-app-question = サインインしていますか？
push-app-number = もう一方の画面に表示された番号
push-app-approve = 承認
push-app-reject = いいえ、私ではありません
push-app-approved = 承認しました。サインインしていた画面で続けてください。
push-app-wrong = 番号が違います。サインインの画面でもう一度要求してください。
push-app-rejected = 拒否し、報告しました。パスワードを知られている場合は変更してください。
push-app-late = 時間切れです。すでに回答済みか、要求が古すぎます。
push-app-pass = サポートがこのアカウントの一時アクセスコードを発行することが承認されました。ご自身で依頼していない場合は、アカウントページで取り消してください。
way-totp = 認証アプリ
way-recovery-code = リカバリーコード
way-access-pass = サポートの一時アクセスコード
way-email-otp = メールのコード
way-password = パスワード
passkey-handshake = 端末で指紋、顔、または画面ロックによる確認が求められます。
passkey-failed = パスキーを使えませんでした。もう一度試すか、別の方法を選んでください。
passkey-unsupported = このブラウザーではパスキーを使えません。
passkey-needs-script = パスキーにはJavaScriptが必要です。ほかの方法はなくても使えます。
passkey-synced = 複数の端末で同期
passkey-bound = 一台の端末のみ

# 設定
enrol-totp-title = 認証アプリの設定
enrol-needed = 続けるには、追加の確認方法をアカウントに設定する必要があります。
enrol-replaces = 失われたサインイン方法の代わりとなり、同等の強さがあります。以前の方法は使えなくなります。
enrol-other = 別の方法を設定する
problem-weaker = 失われた方法のほうが強力でした。製造元を検証できるセキュリティキーを使うか、お問い合わせください。
enrol-needed-for-app = { $app }へ進む前に、追加の確認方法をアカウントに設定する必要があります。
enrol-totp-scan = 認証アプリで読み取ってください。
enrol-totp-by-hand = 読み取れない場合
enrol-totp-account = アカウント
enrol-totp-secret = キー
enrol-totp-qr = 認証アプリ用のキーを含むQRコード
enrol-totp-code = 表示されたコードを入力してください
enrol-totp-submit = 設定
enrol-passkey-title = パスキーの追加
enrol-passkey-text = 次回から指紋、顔、または画面ロックでサインインできます。パスワードも入力も不要です。
enrol-passkey-submit = パスキーを作成
enrol-passkey-elsewhere = パスキーにはホスト名が必要です。このページを次の場所で開いてください：
codes-title = これらのコードを保管してください
codes-text = 電話やパスキーを失った場合、このうちの一つでサインインできます。表示されるのは今だけです。
codes-copy = コピー
codes-copied = コピーしました
codes-download = ダウンロード
codes-print = 印刷
codes-kept = 保管しました
remember-title = 次回からこの確認を省略しますか？
remember-text = { $n ->
   *[other] このブラウザーでは{ $n }日間、追加の確認を省略できます。
}
remember-yes = { $n ->
   *[other] このブラウザーでは{ $n }日間確認しない
}
remember-shared = ほかの人もこのブラウザーを使う場合は「今はしない」を選んでください。普段と異なる点があれば、その場合も確認を求めます。

# 同意
consent-title = { $app }にアカウントの利用を許可しますか？
consent-will = { $app }は次のことができるようになります：
consent-host = 回答は{ $host }に送られます。
consent-known = 以前に許可済み
consent-unverified = このアプリは自ら登録したものです。{ $tenant }は提供元を確認していません。
consent-allow = 許可する
consent-deny = 許可しない
consent-revoke = アカウントページでいつでも取り消せます。
scope-openid = ご本人であることを知る
scope-profile = 名前とプロフィールを見る
scope-email = メールアドレスを見る
scope-address = 住所を見る
scope-phone = 電話番号を見る
scope-offline-access = サインアウト後も接続を保つ
scope-verified-claims = 本人確認で確認された内容を見る
form-post-title = { $app }へ移動しています
form-post-text = 何も起こらない場合は、ボタンで続けてください。
chooser-title = どの組織ですか？
chooser-label = 短い名前
chooser-hint = サインインページのアドレスに含まれています。
chooser-unknown = { $name }という組織はここにはありません。

# 終わりのページ
held-title-held = 現在サインインできません
held-title-unmet = このアプリにはより強力なサインインが必要です
held-title-closed = サインインを受け付けていません
held-title-change = 今はできません
held-text-held = 以前に使ったことのあるブラウザー、またはパスキーでお試しください。
held-text-unmet = 十分に強力なサインイン方法がアカウントにありません。アカウントページで設定してから、もう一度お試しください。
held-text-closed = この組織は現在サインインを受け付けていません。
held-text-change = 現在この変更を行えませんでした。以前に使ったことのあるブラウザーで試すか、後ほどお試しください。
held-support = お困りですか？このコードを次へお伝えください：
held-help = お困りですか？このコードをお手元に控えてください：
error-title-bad-request = アプリの要求を処理できません
error-title-redirect-uri = アプリの戻り先アドレスが登録されていません
error-title-unknown-client = 不明なアプリです
error-title-not-found = ここには何もありません
error-title-forgery = このフォームは使えなくなりました
error-title-other-browser = このサインインは別のブラウザーで始められました
error-title-internal = こちらで問題が発生しました
error-title-busy = ただいま混み合っています
error-title-link-spent = このリンクは使えなくなりました
error-title-forbidden = この操作はできません
error-title-cools-down = まだできません
error-text-bad-request = お客様の操作に問題はありません。アプリに戻ってもう一度お試しください。続く場合はアプリの提供元にお知らせください。
error-text-redirect-uri = お客様を守るため、不明なアドレスへはサインインの結果を送りません。アプリの提供元にお知らせください。
error-text-unknown-client = 削除されたか、リンクが誤っている可能性があります。アプリの提供元にお知らせください。
error-text-not-found = アドレスの入力誤りか、ページが移動した可能性があります。
error-text-forgery = 長い間開かれていたか、別のページから送られました。ページを開き直して、もう一度操作してください。
error-text-other-browser = 始めたブラウザーで続けるか、ここで最初からやり直してください。Cookieを拒否している場合は、このサイトでは許可してください。
error-text-internal = 記録しました。しばらくしてからもう一度お試しください。
error-text-busy = しばらくしてからもう一度お試しください。サインイン中の方はそのままご利用いただけます。
error-text-link-spent = すでに使われたか、古すぎます。同じ内容をアカウントページで確認できます。
error-text-forbidden = お客様の役割には含まれていません。この組織の所有者にお問い合わせください。
error-text-cools-down = ご自身のアカウントが過去3日以内に復旧されたか、アドレスが変更されました。それまではすべてを閲覧できますが、変更はできません。
error-reference = 参照コード
detail-title = 開発者向け
detail-who = このクライアントが開発中であるか、この組織の管理者であるため表示しています。
detail-received = 受け取ったリダイレクトURI
detail-registered = 登録されたリダイレクトURI
detail-none = 登録されていません。
redirect-hint-scheme = スキームが異なります。httpとhttpsは別のアドレスです。
redirect-hint-port = ポートが異なります。任意のポートを使えるのは、ネイティブアプリのループバックアドレスだけです。
redirect-hint-trailing-slash = 末尾のスラッシュが異なります。
redirect-hint-case = 大文字と小文字が異なります。
redirect-hint-loopback = localhostと127.0.0.1は別のアドレスです。アプリが使うほうを登録してください。
redirect-hint-other = リダイレクトURIは一文字ずつ比較されます。
redirect-hint-none-registered = まずクライアントにリダイレクトURIを登録してください。
expired-title = このページは長い間開かれていました
expired-text = いつでも最初からやり直せます。
expired-text-app = 最初からやり直してください。その後{ $app }に戻ります。
sign-out = サインアウト
sign-out-title = サインアウトしますか？
sign-out-text = このブラウザーでの{ $tenant }のセッションを終了します。
sign-out-text-app = { $app }がサインアウトを求めています。ほかのアプリも含め、このブラウザーでのセッションを終了します。
stay-signed-in = サインインしたままにする

# 端末
requests-title = アプリからの要求
requests-none = 回答を待っているアプリはありません。
requests-warning = たった今ご自身で始めた操作の場合のみ続けてください。連絡してくる相手がこれを必要とすることはありません。
requests-app = { $app }が承認を求めています
requests-message = 表示されている内容
requests-asked = 要求日時
requests-address = 要求元
requests-approve = 続ける
requests-deny = いいえ
requests-report = いいえ、私ではありません
requests-end-allowed = 承認しました。アプリで続けてください。
requests-end-denied = アプリはアクセスできません。
requests-end-reported = アプリはアクセスできません。予期しない要求であったことを記録しました。
requests-end-expired = すでに回答済みか、期限切れです。
account-requests = { $n ->
   *[other] アプリからの{ $n }件の要求が回答を待っています。
}
account-requests-see = 見る
device-title = 端末の接続
device-text = 端末に表示されたコードを入力してください。
device-code = コード
device-code-hint = WDJB-MJHTのような8文字です。
device-code-wrong = このコードで待っている端末はありません。もう一度確認するか、端末に新しいコードを表示させてください。
device-submit = 続ける
device-warning = たった今ご自身で設定している端末の場合のみ続けてください。連絡してくる相手がこれを必要とすることはありません。
device-asked-from = 要求元
device-again = 別のコード
device-title-allowed = 端末を接続しました
device-text-allowed = このページを閉じて、端末で続けられます。
device-title-denied = 接続されていません
device-text-denied = 端末はアクセスできません。
device-title-expired = 時間切れです
device-text-expired = コードは使用済みか期限切れです。端末に新しいコードを表示させてください。

signed-out-title = サインアウトしました
signed-out-text = 共用のコンピューターでは、ブラウザーも閉じてください。
signed-out-again = もう一度サインイン
signed-out-leaving = ほかのアプリに通知しています。まもなく戻ります。
signed-out-app = アプリのサインアウト

# アカウント
account-title = アカウント
account-nav = このページの内容
account-ways = サインイン方法
account-sessions = サインイン中の場所
account-devices = 記憶されたブラウザー
account-devices-text = 普段と異なる点がない限り、追加の確認を省略します。
account-devices-none = 記憶されたブラウザーはありません。
account-apps = アクセスを許可したアプリ
account-apps-none = アカウントにアクセスできるアプリはありません。
account-activity = 最近のアクティビティ
account-activity-text = 心当たりのないものがあればお知らせください。アカウントを保護します。
account-activity-none = まだ何もありません。
account-only-password = アカウントを守っているのはパスワードだけです。より安全で素早いパスキーを追加してください。
account-no-password = 未設定
add-passkey = パスキーを追加
add-totp = 認証アプリを追加
change-password = パスワードを変更
recovery-codes = リカバリーコード
recovery-left = { $n ->
    [0] 残っていません。新しく作成してください。
   *[other] 残り{ $n }個
}
recovery-renew = 新しく作成
this-browser = このブラウザー
sign-out-others = ほかのすべての場所でサインアウト
sign-out-named = { $name }をサインアウト
forget-all = すべての記憶を消す
forget-named = { $name }の記憶を消す
remove-named = { $name }を取り除く
revoke-named = { $name }のアクセスを取り消す
not-me = 私ではありません
not-me-named = 私ではありません：{ $time }
reported = 報告済み
password-text = ほかで使っていないものを選んでください。パスワードマネージャーが役立ちます。
password-breached = 入力されたパスワードは他のサービスの情報漏えいで知られています。続ける前に新しいものを設定してください。
password-required = アカウントを守るため、続ける前に新しいパスワードを設定してください。
password-rule = { $n ->
   *[other] { $n }文字以上。空白を含め、どの文字も使えます。
}
password-effect = ほかのブラウザーはサインアウトされ、記憶されたブラウザーは消去されます。
remove-title = { $name }を取り除きますか？
remove-text-passkey = このパスキーではサインインできなくなります。端末からも削除してください。
remove-text-totp = このアプリのコードは使えなくなります。
remove-text-push = この端末ではサインインを承認できなくなります。
remove-text-recovery-code = 保管したコードは使えなくなります。
remove-last = この後、アカウントを守るのはパスワードだけになります。一部のアプリを利用できなくなる場合があります。
keep-it = 残す
done-email-changed = アドレスを変更しました。以前のアドレスにも通知しました。
done-password-changed = パスワードを変更しました。
done-passkey-added = パスキーを追加しました。
done-totp-added = 認証アプリを追加しました。
done-device-added = 今後、この端末でサインインを承認できます。
done-factor-removed = 取り除きました。
done-session-ended = そのブラウザーをサインアウトしました。
done-sessions-ended = ほかのすべてのブラウザーをサインアウトしました。
done-device-forgotten = ブラウザーの記憶を消しました。
done-app-revoked = アプリはアクセスできなくなりました。
done-recovery-stopped = 復旧を中止しました。
done-pass-revoked = アクセスコードを取り消しました。
done-not-me = ありがとうございます。アカウントを保護しました。
activity-signin-completed = サインインしました
activity-signin-challenged = 追加の確認を求められました
activity-signin-failed = サインインに失敗しました
activity-signin-blocked = サインインが止められました
activity-signout = サインアウトしました
activity-session-revoked = セッションが終了しました
activity-password-changed = パスワードが変更されました
activity-email-changed = アドレスが変更されました
activity-signup-asked = 誰かがこのアドレスでアカウントを作成しようとしました
activity-signup-completed = アカウントが作成されました
activity-recovery-asked = 新しいパスワードが請求されました
activity-recovery-waiting = サインイン方法を失ったとの申し出がありました
activity-recovery-stopped = 復旧が中止されました
activity-recovery-used = 失われたサインイン方法が置き換えられました
activity-access-pass-approved = サポートによるアクセスコードの発行が承認されました
activity-access-pass-used = アクセスコードが使われました
activity-access-pass-revoked = アクセスコードが取り消されました
activity-identity-verified = 本人確認が完了しました
activity-identity-mismatch = 本人確認の内容が一致しませんでした
activity-passkey-added = パスキーが追加されました
activity-totp-added = 認証アプリが追加されました
activity-push-rejected = 端末でサインインを拒否しました
activity-factor-removed = サインイン方法が取り除かれました
activity-recovery-codes-made = 新しいリカバリーコードが作成されました
activity-device-remembered = ブラウザーが記憶されました
activity-device-forgotten = ブラウザーの記憶が消されました
activity-consent-granted = アプリにアクセスが許可されました
activity-consent-revoked = アプリのアクセスが取り消されました
activity-risk-request-reported = アプリからの要求は予期しないものでした
activity-user-reported = 報告しました
activity-factor-added = サインイン方法が追加されました
activity-app-revoked = アプリのアクセスが取り消されました
activity-device-all-forgotten = すべてのブラウザーの記憶が消されました
activity-session-ended = セッションが終了しました
activity-session-others-ended = ほかのすべてのセッションが終了しました
activity-sessions-ended = すべてのセッションが終了しました
activity-passkey-refused = パスキーが使えませんでした
activity-passkey-enrolment-refused = パスキーを追加できませんでした
activity-passkey-cloned = パスキーが複製された疑いがあります
activity-user-created = アカウントが作成されました
activity-user-disabled = アカウントが無効になりました
activity-user-enabled = アカウントが有効になりました
activity-user-updated = アカウントが変更されました
activity-user-reset-required = 新しいパスワードが求められました
activity-user-app-revoked = 管理者がアプリのアクセスを取り消しました
activity-user-device-forgotten = 管理者がブラウザーの記憶を消しました
activity-user-factor-removed = 管理者がサインイン方法を取り除きました
activity-user-session-ended = 管理者がセッションを終了しました
activity-user-sessions-ended = 管理者がすべてのセッションを終了しました
activity-user-role-granted = 役割が与えられました
activity-user-role-revoked = 役割が取り消されました
activity-notice-confirmed = ご本人のサインインであると回答しました
activity-notice-not-me = ご本人のサインインではないと回答しました
activity-risk-refresh-replay = 盗まれたアプリのアクセスが止められました
fact-account = アカウント
fact-time = 日時
fact-from = 可能になる日時
fact-browser = ブラウザー
fact-place = おおよその場所
fact-place-note = モバイル回線やVPNでは正確でないことがあります
fact-app = アプリ
fact-what = 内容
notice-title-yes = ご本人でしたか？
notice-title-no = アカウントを保護しますか？
notice-text-yes = このサインインに心当たりがあれば、次回からこのブラウザーを認識します。
notice-text-no = ご本人でない場合、すぐに次のことを行います：
notice-no-address = アドレスを{ $address }に戻す
notice-no-session = そのブラウザーと、そこから開いたすべてのアプリをサインアウトする
notice-no-device = そのブラウザーを信頼しないようにする
notice-no-reset = 次回のサインインで新しいパスワードと追加の確認を求める
notice-no-report = { $tenant }の管理者に知らせる
notice-act-yes = はい、私です
notice-act-no = アカウントを保護する
notice-other-yes = いいえ、私ではありません
notice-other-no = やはり私でした
notice-done-title-yes = ありがとうございます
notice-done-title-no = アカウントを保護しました
notice-done-text-yes = 次回からこのブラウザーを認識します。
notice-done-text-no = そのブラウザーをサインアウトしました。今すぐ新しいパスワードを設定してください。

# メール
mail-help = ヘルプ：
mail-code-subject = { $tenant }のコードは{ $code }です
mail-code-heading = サインインのコード
mail-code-intro = { $n ->
   *[other] サインインしているブラウザーでこのコードを入力してください。有効時間は{ $n }分です。
}
mail-code-note = 当方がこのコードをお尋ねすることは決してありません。サインインしていない場合は、このメールを無視してください。
mail-code-why = { $account }としてサインインしようとしている方がいるため、このメールをお送りしています。
mail-new-browser-subject = { $tenant }のアカウントへの新しいサインイン
mail-new-browser-heading = ご本人でしたか？
mail-new-browser-intro = これまで使われていないブラウザーから{ $tenant }のアカウントにサインインがありました。
mail-new-browser-note = ご自身でアカウントページを開き、最近のアクティビティを確認することもできます。
mail-new-browser-why = 新しいブラウザーからのサインインのため、このメールをお送りしています。
mail-yes = はい、私です
mail-no = いいえ、アカウントを保護する
mail-changed-subject = { $what }（{ $tenant }）
mail-changed-password = パスワードが変更されました
mail-changed-factor-added = サインイン方法が追加されました
mail-changed-factor-removed = サインイン方法が取り除かれました
mail-changed-recovery-codes = 新しいリカバリーコードが作成されました
mail-changed-email = アドレスが変更されました
mail-changed-email-by-admin = 管理者がアカウントのアドレスを変更しました
mail-changed-role = 役割が変更されました
mail-changed-recovery-asked = アカウントのサインイン方法を失ったとの申し出がありました
mail-changed-recovered = アカウントが復旧されました
mail-changed-access-pass-approved = サポートがアカウントのアクセスコードを発行できるようになりました
mail-changed-access-pass-used = アカウントのアクセスコードが使われました
mail-changed-intro = { $tenant }のアカウントについてのお知らせです。ご本人による操作であれば、何もする必要はありません。
mail-changed-note = ご本人でない場合は、今すぐアカウントを保護してください。パスワードは必要ありません。
mail-changed-why = このような変更があったときは、必ずお知らせしています。
mail-request-heading = { $app }が承認を待っています
mail-request-intro = 内容を確認し、承認または拒否してください。
mail-request-note = アプリに表示されている内容：{ $message }
mail-request-act = 要求を見る
mail-request-why = アプリが承認を求めたため、このメールをお送りしています。ご自身で始めたものでなければ、そのページで拒否してください。
mail-admin-subject = { $tenant }の管理コンソールへのアクセス
mail-admin-heading = アクセスの設定
mail-admin-intro = { $tenant }での役割「{ $role }」が与えられました。
mail-admin-note = { $n ->
   *[other] リンクは1回だけ、{ $n }分間使えます。
}
mail-admin-act = アクセスを設定
mail-admin-why = 権限を持つ方がこのリンクを作成したため、このメールをお送りしています。
mail-new-password-heading = 新しいパスワードを設定するためのコード
mail-new-password-note = 当方がこのコードをお尋ねすることは決してありません。ご自身で請求していない場合は、何もしないでください。コードがなければ何も変わりません。
mail-new-password-why = { $account }のパスワードを忘れたとの申し出があったため、このメールをお送りしています。
mail-sign-up-heading = 新しいアカウントのコード
mail-sign-up-note = 当方がこのコードをお尋ねすることは決してありません。ご自身で請求していない場合は、何もしないでください。コードがなければアカウントは作成されません。
mail-sign-up-why = { $account }でアカウントを作成しようとしている方がいるため、このメールをお送りしています。
mail-exists-subject = { $tenant }にアカウントをお持ちです
mail-exists-heading = すでにアカウントをお持ちです
mail-exists-intro = { $tenant }で{ $account }を別のアカウントに使おうとした方がいます。このアドレスのアカウントはすでにあります。ご本人であればサインインしてください。忘れたパスワードはそこで再設定できます。
mail-exists-note = 何も変更されていません。
mail-exists-act = サインイン
mail-new-address-heading = 新しいアドレスのコード
mail-new-address-note = 当方がこのコードをお尋ねすることは決してありません。ご自身で請求していない場合は、何もしないでください。コードがなければ何も変わりません。
mail-new-address-why = { $account }をアカウントに使おうとしている方がいるため、このメールをお送りしています。
mail-not-possible-subject = { $tenant }へのご依頼について
mail-not-possible-why = お心当たりがなければ、このメールを無視してください。
mail-no-account-heading = このアドレスのアカウントはありません
mail-no-account-intro = { $tenant }に{ $account }の新しいパスワードの請求がありました。そのようなアカウントはありません。別のアドレスをお使いかもしれません。
mail-disabled-heading = このアカウントは無効になっています
mail-disabled-intro = { $tenant }に{ $account }の新しいパスワードまたは新しいアカウントの請求がありました。アカウントは無効になっています。管理担当者にお問い合わせください。

# 公開ページのその他の文言
problem-code-exhausted = 誤ったコードが多すぎます。サインインを最初からやり直してください。
problem-resend-exhausted = このサインインではこれ以上コードを送信できません。最初からやり直すか、別の方法を選んでください。
problem-method = この方法はここでは使えません。別の方法を選んでください。
problem-mail = 現在メールを送信できませんでした。しばらくしてからもう一度試すか、別の方法を選んでください。
unknown-browser = 不明なブラウザー
choose-new-password = 新しいパスワードを設定
factor-passkey = パスキー
factor-totp = 認証アプリ
factor-push = 承認する端末
consent-policy = プライバシーポリシー
consent-terms = 利用規約
admin-link-title = 役割を引き受ける
admin-link-text = お客様（{ $email }）はこの組織の{ $role }になります。
admin-link-act = 進む
admin-link-next = 次にサインインし、追加の確認方法を設定してください。管理コンソールに必要です。
role-owner = 所有者
role-admin = 管理者
role-analyst = アナリスト
role-support = サポート
role-auditor = 監査担当者
role-operator = 運用者
