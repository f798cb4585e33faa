# Français. Pages hébergées et courriels ; la console est en anglais pour cette langue.

# Commun
skip = Aller au contenu
continue = Continuer
cancel = Annuler
or = ou
save = Enregistrer
edit = Modifier
delete = Supprimer
remove = Retirer
revoke = Révoquer
forget = Oublier
search = Rechercher
clear = Effacer
none = aucun
any = tous
never = jamais
added = Ajouté le
changed = Modifié le
since = Depuis
expires = Expire le
last-used = Dernière utilisation
near = près de { $place }
not-now = Pas maintenant
retry = Réessayer
retry-for-app = Réessayer pour { $app }
start-again = Recommencer
back-to-app = Retour à { $app }
to-account = Aller à votre compte
to-new-password = Choisir un nouveau mot de passe
use-passkey = Se connecter avec une clé d’accès
for-app = pour { $app }
language = Langue
language-change = Changer
help = Aide :
reference = Référence
dev-banner = Profil de développement : n’utilisez pas de vrais comptes.
dev-open = Page de développement
password-show = Afficher le mot de passe
field-email = Adresse électronique
field-name = Nom
field-password = Mot de passe
field-current-password = Mot de passe actuel
field-new-password = Nouveau mot de passe

# Ce qui peut manquer dans un formulaire
problem-required = Ce champ est nécessaire.
problem-credentials = La connexion a échoué. Vérifiez vos informations et réessayez.
problem-code = Ce code n’est pas valable. Vérifiez-le ou demandez-en un nouveau.
problem-code-used = Ce code a déjà été utilisé. Attendez le suivant.
problem-code-expired = Ce code a expiré. Demandez-en un nouveau.
problem-passkey-attestation = Votre organisation n’accepte que des clés de sécurité qu’elle peut vérifier, et celle-ci n’indique pas ce qu’elle est. Essayez-en une autre.
problem-passkey-synced = Votre organisation n’accepte que des clés d’accès qui restent sur un seul appareil. Essayez une clé de sécurité.
problem-passkey-model = Votre organisation n’accepte pas ce modèle de clé de sécurité. Essayez-en une autre.
problem-passkey = Cette clé d’accès n’a pas fonctionné ici. Réessayez ou choisissez un autre moyen.
problem-resend-later = Un code vient d’être envoyé. Patientez un peu avant d’en demander un autre.
problem-mails-exhausted = Trop de codes ont été envoyés récemment à cette boîte de réception. Choisissez un autre moyen ou réessayez dans une heure.
problem-password-wrong = Le mot de passe actuel n’est pas correct.
problem-password-long = Ce mot de passe est trop long. Utilisez au plus 256 caractères.
problem-password-breached = Ce mot de passe figure dans des fuites de données. Choisissez-en un autre.
problem-password-guessable = Ce mot de passe est facile à deviner. Choisissez-en un plus long ou moins courant.
problem-password-same = C’est votre mot de passe actuel. Choisissez-en un autre.
problem-email = Ce n’est pas une adresse électronique. Vérifiez la saisie.
problem-conflict = Quelqu’un d’autre a modifié ceci entre-temps. Vérifiez les valeurs et enregistrez de nouveau.
problem-password-short = { $n ->
    [one] Utilisez au moins un caractère.
   *[other] Utilisez au moins { $n } caractères.
}

# Connexion
signin-title = Connexion
signin-again-title = Confirmez votre identité
signin-to-app = pour continuer vers { $app }
signin-to-account = à votre compte { $tenant }
signin-submit = Se connecter
signin-forgot = Mot de passe oublié ?
signin-passkey = Se connecter avec une clé d’accès
signin-no-account = Pas encore de compte ?
signin-sign-up = En créer un
password-step-title = Saisissez votre mot de passe
password-step-change = Ce n’est pas vous ?
personas-title = Comptes de développement
personas-text = Choisissez-en un pour remplir l’adresse. Le mot de passe figure sur la page de développement.
throttled-title = Trop de tentatives
throttled-text = { $n ->
    [one] Veuillez patienter une minute, puis réessayez.
   *[other] Veuillez patienter { $n } minutes, puis réessayez.
}

# Mot de passe oublié
recover-title = Mot de passe oublié ?
recover-text = Indiquez votre adresse. Nous envoyons un code avec lequel vous pourrez choisir un nouveau mot de passe.
recover-submit = Envoyer le code
recover-code-title = Consultez votre messagerie
recover-code-text = Si un compte existe pour { $address }, un code est en route vers cette boîte de réception.
recover-code-label = Code reçu par courriel
recover-code-hint = Il peut mettre une minute à arriver. Regardez aussi dans les indésirables.
recover-other-address = Utiliser une autre adresse
recover-back = Retour à la connexion
reason-before-recovery = Pour choisir un nouveau mot de passe, veuillez confirmer avec l’un de vos autres moyens de connexion.
password-forgotten = Choisissez le mot de passe avec lequel vous vous connecterez désormais.

# Une autre adresse
email-change = Changer l’adresse
email-title = Changer votre adresse
email-text = Indiquez la nouvelle. Nous y envoyons un code ; l’adresse ne change qu’avec ce code.
email-code-text = Un courriel est en route vers { $address }. Saisissez le code qu’il contient et l’adresse changera.
problem-email-same = C’est votre adresse actuelle.
problem-email-cools-down = Après un tel changement, l’adresse reste la même pendant trois jours. Réessayez après le { $at }.

# Inscription
sign-up-title = Créer un compte
sign-up-text = Pour { $tenant }. Nous commençons par votre adresse.
sign-up-text-app = Vous continuerez ensuite vers { $app }. Nous commençons par votre adresse.
sign-up-submit = Continuer
sign-up-working = Un instant : votre navigateur effectue un petit calcul qui tient les robots à distance.
sign-up-have-account = Vous avez déjà un compte ?
sign-up-code-text = Un courriel est en route vers { $address }. Il contient un code ou, si vous avez déjà un compte, la façon de vous connecter.
sign-up-details-title = Presque terminé
sign-up-details-text = L’adresse { $address } est bien la vôtre. Comment vous connecterez-vous désormais ?
sign-up-name = Votre nom (facultatif)
sign-up-terms = J’accepte ce qui suit
sign-up-create = Créer le compte
sign-up-passkey = Utiliser une clé d’accès au lieu d’un mot de passe
problem-disposable = Les adresses de ce fournisseur ne sont pas acceptées ici. Utilisez-en une autre.
problem-name = Utilisez un nom de 200 caractères au plus.
problem-terms = Veuillez d’abord accepter.
problem-account-exists = Vous avez déjà un compte avec cette adresse. Connectez-vous.

# Moyens de connexion perdus
lost-none = Je ne peux utiliser aucun de ces moyens
lost-none-hint = Perdus ou cassés : nous les remplaçons après un délai et vous en informons par courriel.
wait-title-waiting = Veuillez revenir plus tard
wait-title-barred = Impossible pour le moment
wait-text-waiting = Pour protéger votre compte, les moyens de connexion perdus ne sont remplacés qu’après un délai. Nous avons écrit à votre adresse ; l’opération peut être arrêtée depuis ce courriel.
wait-text-barred = Une récupération de ce compte a été arrêtée, ou son adresse a changé, il y a peu. Pour protéger le compte, aucune autre ne peut commencer pour l’instant.
wait-until-waiting = Possible à partir du
wait-until-barred = Pas avant le
wait-then = Choisissez alors de nouveau « Mot de passe oublié ? », dans les trois jours. Si vous retrouvez entre-temps un moyen de vous connecter, utilisez-le : la récupération prendra fin.
wait-verify = Vous ne souhaitez pas attendre ? Notre service d’identité peut vérifier qui vous êtes ; les moyens de connexion perdus sont alors remplacés aussitôt.

# Vérification de l’identité
identity-title = Vérifier votre identité
identity-text = { $provider } vérifie qui vous êtes, au moyen d’un document ou d’un compte que vous y avez. Le résultat nous est transmis et nous comparons ceci avec votre compte :
identity-kept = { $n ->
    [one] La preuve est conservée à part de tout le reste et supprimée après un jour.
   *[other] La preuve est conservée à part de tout le reste et supprimée après { $n } jours.
}
identity-submit = Vérifier mon identité
claim-name = votre nom complet
claim-given-name = votre prénom
claim-family-name = votre nom de famille
claim-middle-name = votre deuxième prénom
claim-birthdate = votre date de naissance
problem-identity-cancelled = La vérification a été annulée. Vous pouvez recommencer.
problem-identity-unavailable = La vérification n’a pas pu aboutir. Réessayez dans un instant ou demandez de l’aide.
problem-identity-not-verified = Le service n’a pas vérifié votre identité d’une façon reconnue ici.
problem-identity-mismatch = Ce qui a été vérifié ne correspond pas à votre compte. Si vous y avez utilisé le compte d’une autre personne, réessayez avec le vôtre ; sinon, demandez de l’aide.
account-recovery = Quelqu’un qui peut lire vos courriels indique que vos autres moyens de connexion sont perdus. Si vous ne l’arrêtez pas, ils pourront être remplacés à partir du { $at }.
account-recovery-stop = Arrêter
account-pass = L’assistance a été autorisée, le { $at }, à remettre un code d’accès temporaire pour votre compte. Si vous ne l’avez pas demandé, retirez-le.
account-pass-revoke = Le retirer
problem-cools-down = Après une récupération, rien ne peut être retiré pendant trois jours. Réessayez après le { $at }.

# Deuxième étape
challenge-title = Encore une vérification
challenge-tries-left = { $n ->
    [one] Il reste { $n } tentative.
   *[other] Il reste { $n } tentatives.
}
challenge-resent = Un nouveau code est en route.
challenge-sent-to = Nous l’avons envoyé à { $address }.
challenge-label-totp = Code de votre application d’authentification
challenge-label-email-otp = Code reçu par courriel
challenge-label-recovery-code = Code de secours
challenge-label-access-pass = Code d’accès temporaire
challenge-hint-totp = Ouvrez l’application et saisissez le code de ce compte.
challenge-hint-email-otp = Il peut mettre une minute à arriver.
challenge-hint-recovery-code = L’un des dix que vous avez conservés. Chacun ne sert qu’une fois.
challenge-hint-access-pass = Celui que l’assistance vous a donné. Il ne sert qu’une fois ; vous configurez ensuite un nouveau moyen de connexion.
challenge-submit = Confirmer
challenge-resend = Envoyer un nouveau code
challenge-resend-wait = { $n ->
    [one] dans { $n } seconde
   *[other] dans { $n } secondes
}
challenge-passkey = Utiliser votre clé d’accès
challenge-other = Essayer un autre moyen
challenge-restart = Recommencer avec un autre compte
reason-new-browser = Nous ne reconnaissons pas ce navigateur pour votre compte ; veuillez confirmer qu’il s’agit bien de vous.
reason-new-region = Cette connexion vient d’une région nouvelle pour votre compte ; veuillez confirmer qu’il s’agit bien de vous.
reason-unusual-activity = Cette connexion présente quelque chose d’inhabituel ; veuillez confirmer qu’il s’agit bien de vous.
reason-sensitive-action = Ce que vous allez faire est sensible ; veuillez confirmer qu’il s’agit bien de vous.
reason-organisation-rule = Votre organisation demande une deuxième étape.
reason-app-request = L’application demande une deuxième étape.
reason-first-sign-in = C’est votre première connexion ici ; veuillez confirmer qu’il s’agit bien de vous.
reason-before-new-password = Avant de choisir un nouveau mot de passe, veuillez confirmer qu’il s’agit bien de vous.
reason-before-enrolment = Avant de configurer un nouveau moyen de connexion, veuillez confirmer votre adresse.
way-passkey = Clé d’accès
way-push = Approbation sur votre appareil

# Approbation sur un appareil
push-waiting = Ouvrez l’authentificateur sur votre appareil et saisissez-y ce nombre. Vous avez deux minutes.
push-unanswered = Aucune approbation n’est arrivée : nombre erroné ou pas de réponse à temps.
push-rejected = La connexion a été refusée sur votre appareil. Si c’était une erreur, choisissez un autre moyen.
push-too-many = Trop d’approbations ont été demandées. Choisissez un autre moyen ou patientez un quart d’heure.
push-number = Le nombre est { $number }
push-reload = J’ai approuvé
push-again = Redemander
push-enrol-title = Approuver sur cet appareil
push-enrol-text = Cet appareil est sollicité lorsque vous vous connectez ailleurs. Vous y saisissez un nombre, et seule votre réponse quitte l’appareil.
push-enrol-submit = Configurer cet appareil
push-enrol-failed = Cet appareil n’a pas pu être configuré. Réessayez ou utilisez un autre navigateur.
push-needs-script = JavaScript est nécessaire ici.
push-app-title = Authentificateur
push-app-none = Rien n’attend votre approbation. Cette page vérifie d’elle-même.
push-app-unknown = Cet appareil n’est pas configuré ici, ou ne l’est plus.
push-app-question = Est-ce vous qui vous connectez ?
push-app-number = Nombre affiché sur votre autre écran
push-app-approve = Approuver
push-app-reject = Non, ce n’est pas moi
push-app-approved = Approuvé. Continuez là où vous vous connectiez.
push-app-wrong = Ce n’était pas le bon nombre. Redemandez là où vous vous connectez.
push-app-rejected = Refusé et signalé. Si quelqu’un connaît votre mot de passe, changez-le.
push-app-late = Trop tard : une réponse a déjà été donnée, ou la demande est trop ancienne.
push-app-pass = L’assistance a été autorisée à remettre un code d’accès temporaire pour votre compte. Si vous ne l’avez pas demandé, retirez-le sur la page de votre compte.
way-totp = Application d’authentification
way-recovery-code = Code de secours
way-access-pass = Code d’accès temporaire de l’assistance
way-email-otp = Code par courriel
way-password = Mot de passe
passkey-handshake = Votre appareil demandera votre empreinte, votre visage ou le verrouillage de l’écran.
passkey-failed = La clé d’accès n’a pas fonctionné. Réessayez ou choisissez un autre moyen.
passkey-unsupported = Ce navigateur ne peut pas utiliser de clés d’accès ici.
passkey-needs-script = Les clés d’accès nécessitent JavaScript ; tous les autres moyens fonctionnent sans.
passkey-synced = Synchronisée entre vos appareils
passkey-bound = Sur un seul appareil

# Configuration
enrol-totp-title = Configurer une application d’authentification
enrol-needed = Votre compte a besoin d’une deuxième étape avant que vous puissiez continuer.
enrol-replaces = Ce moyen de connexion remplace ceux que vous avez perdus et offre la même sûreté. Les anciens ne fonctionneront plus.
enrol-other = Configurer autre chose
problem-weaker = Ce que vous avez perdu était plus sûr. Veuillez utiliser une clé de sécurité dont nous pouvons vérifier l’origine, ou demandez de l’aide.
enrol-needed-for-app = Avant de continuer vers { $app }, votre compte a besoin d’une deuxième étape.
enrol-totp-scan = Scannez ceci avec votre application d’authentification.
enrol-totp-by-hand = Impossible de scanner ?
enrol-totp-account = Compte
enrol-totp-secret = Clé
enrol-totp-qr = Code QR contenant la clé pour votre application d’authentification
enrol-totp-code = Saisissez le code affiché
enrol-totp-submit = Configurer
enrol-passkey-title = Ajouter une clé d’accès
enrol-passkey-text = La prochaine fois, vous vous connecterez avec votre empreinte, votre visage ou le verrouillage de l’écran. Sans mot de passe, sans rien saisir.
enrol-passkey-submit = Créer une clé d’accès
enrol-passkey-elsewhere = Les clés d’accès nécessitent un nom d’hôte. Ouvrez cette page ici :
codes-title = Conservez ces codes
codes-text = Si vous perdez votre téléphone ou votre clé d’accès, l’un d’eux vous permet de vous connecter. Nous ne les affichons que maintenant.
codes-copy = Copier
codes-copied = Copié
codes-download = Télécharger
codes-print = Imprimer
codes-kept = Je les ai conservés
remember-title = Sauter cette étape la prochaine fois ?
remember-text = { $n ->
    [one] Nous pouvons cesser de demander une deuxième étape sur ce navigateur pendant un jour.
   *[other] Nous pouvons cesser de demander une deuxième étape sur ce navigateur pendant { $n } jours.
}
remember-yes = { $n ->
    [one] Ne plus demander sur ce navigateur pendant un jour
   *[other] Ne plus demander sur ce navigateur pendant { $n } jours
}
remember-shared = Choisissez « Pas maintenant » si d’autres personnes utilisent aussi ce navigateur. Si quelque chose semble inhabituel, nous demanderons tout de même.

# Consentement
consent-title = Autoriser { $app } à utiliser votre compte ?
consent-will = { $app } pourra :
consent-host = Votre réponse est transmise à { $host }.
consent-known = déjà autorisé
detail-actions = Actions
detail-locations = Auprès de
detail-datatypes = Types de données
detail-privileges = Droits
detail-identifier = Lequel
details-more = { $n ->
    [one] Et une ligne de plus.
   *[other] Et { $n } lignes de plus.
}
check-session-title = Vérification de la session
check-session-text = Les applications ouvrent cette page sans qu’elle se voie, pour remarquer que vous vous déconnectez.
consent-document = Cette application se décrit elle-même sous { $host }. { $tenant } n’a pas vérifié qui est derrière.
consent-unverified = Cette application s’est enregistrée elle-même. { $tenant } n’a pas vérifié qui est derrière.
consent-allow = Autoriser
consent-deny = Ne pas autoriser
consent-revoke = Vous pouvez revenir sur ce choix à tout moment sur la page de votre compte.
scope-openid = savoir qu’il s’agit de vous
scope-profile = voir votre nom et votre profil
scope-email = voir votre adresse électronique
scope-address = voir votre adresse postale
scope-phone = voir votre numéro de téléphone
scope-offline-access = rester connectée après votre déconnexion
scope-verified-claims = voir ce qui a été vérifié de votre identité
form-post-title = Redirection vers { $app }
form-post-text = Si rien ne se passe, continuez avec le bouton.
chooser-title = Quelle organisation ?
chooser-label = Nom court
chooser-hint = Il figure dans l’adresse de votre page de connexion.
chooser-unknown = Aucune organisation ne s’appelle { $name } ici.

# Fins
held-title-held = Nous n’avons pas pu vous connecter pour le moment
held-title-unmet = Cette application demande une connexion plus sûre
held-title-closed = Les connexions sont fermées
held-title-change = Pas maintenant
held-text-held = Essayez depuis un navigateur que vous avez déjà utilisé, ou avec votre clé d’accès.
held-text-unmet = Votre compte n’a aucun moyen de connexion assez sûr. Configurez-en un sur la page de votre compte, puis réessayez.
held-text-closed = Cette organisation n’accepte pas de connexions pour le moment.
held-text-change = Nous n’avons pas pu effectuer ce changement pour le moment. Essayez depuis un navigateur que vous avez déjà utilisé, ou plus tard.
held-support = Besoin d’aide ? Donnez ce code à
held-help = Besoin d’aide ? Gardez ce code à portée de main :
error-title-bad-request = La demande de l’application est inutilisable
error-title-redirect-uri = L’adresse de retour de l’application n’est pas enregistrée
error-title-unknown-client = Nous ne connaissons pas cette application
error-title-not-found = Il n’y a rien ici
error-title-forgery = Ce formulaire n’est plus utilisable
error-title-other-browser = Cette connexion a commencé dans un autre navigateur
error-title-internal = Un problème est survenu de notre côté
error-title-busy = Nous sommes très sollicités en ce moment
error-title-link-spent = Ce lien ne fonctionne plus
error-title-forbidden = Vous ne pouvez pas faire cela
error-title-cools-down = Pas encore
error-text-bad-request = Vous n’avez rien fait de mal. Revenez à l’application et réessayez ; si cela persiste, prévenez ses éditeurs.
error-text-redirect-uri = Pour vous protéger, nous n’envoyons pas votre connexion à une adresse inconnue. Prévenez les éditeurs de l’application.
error-text-unknown-client = Elle a peut-être été retirée, ou son lien est erroné. Prévenez les éditeurs de l’application.
error-text-not-found = L’adresse contient peut-être une faute, ou la page a été déplacée.
error-text-forgery = Il est resté ouvert longtemps, ou une autre page l’a envoyé. Ouvrez de nouveau la page et recommencez.
error-text-other-browser = Continuez dans le navigateur où vous avez commencé, ou recommencez ici. Si vous bloquez les cookies, autorisez-les pour ce site.
error-text-internal = Nous en avons pris note. Veuillez réessayer dans un instant.
error-text-busy = Veuillez réessayer dans un instant. Les personnes connectées le restent.
error-text-link-spent = Il a déjà été utilisé, ou il est trop ancien. La page de votre compte montre la même chose.
error-text-forbidden = Votre rôle ne le permet pas. Adressez-vous à un propriétaire de cette organisation.
error-text-cools-down = Votre propre compte a été récupéré, ou son adresse a changé, au cours des trois derniers jours. D’ici là, vous pouvez tout consulter ici sans rien modifier.
error-reference = Code de référence
detail-title = Pour le développeur
detail-who = Affiché parce que ce client est en développement ou que vous administrez cette organisation.
detail-received = URI de redirection reçue
detail-registered = URI de redirection enregistrées
detail-none = Aucune n’est enregistrée.
redirect-hint-scheme = Le schéma diffère : http et https sont des adresses différentes.
redirect-hint-port = Le port diffère. Seules les adresses de bouclage des applications natives peuvent utiliser n’importe quel port.
redirect-hint-trailing-slash = Elles diffèrent par la barre oblique finale.
redirect-hint-case = Elles diffèrent par les majuscules et les minuscules.
redirect-hint-loopback = localhost et 127.0.0.1 sont des adresses différentes. Enregistrez celle que l’application utilise.
redirect-hint-other = Les URI de redirection sont comparées caractère par caractère.
redirect-hint-none-registered = Enregistrez d’abord l’URI de redirection auprès du client.
expired-title = Cette page est restée ouverte trop longtemps
expired-text = Recommencez quand vous le souhaitez.
expired-text-app = Recommencez ; nous vous ramènerons à { $app }.
sign-out = Se déconnecter
sign-out-title = Se déconnecter ?
sign-out-text = Votre session avec { $tenant } prend fin dans ce navigateur.
sign-out-text-app = { $app } demande votre déconnexion. Votre session prend fin dans ce navigateur, pour les autres applications aussi.
stay-signed-in = Rester connecté

# Appareils
requests-title = Demandes d’applications
requests-none = Aucune application n’attend votre réponse.
requests-warning = Ne continuez qu’avec ce que vous venez de lancer vous-même. Personne qui vous écrit ou vous appelle n’en a besoin.
requests-app = { $app } demande votre approbation
requests-message = L’application vous montre
requests-asked = Demandé le
requests-address = Demande venue de
requests-approve = Continuer
requests-deny = Non
requests-report = Non, ce n’était pas moi
requests-end-allowed = Vous avez approuvé. Continuez dans l’application.
requests-end-denied = L’application n’obtient aucun accès.
requests-end-reported = L’application n’obtient aucun accès. Nous avons noté que vous ne vous y attendiez pas.
requests-end-expired = Une réponse a déjà été donnée, ou la demande a expiré.
account-requests = { $n ->
    [one] Une demande d’application attend votre réponse.
   *[other] { $n } demandes d’applications attendent votre réponse.
}
account-requests-see = Voir
device-title = Connecter un appareil
device-text = Saisissez le code affiché par l’appareil.
device-code = Code
device-code-hint = Huit lettres, comme WDJB-MJHT.
device-code-wrong = Aucun appareil n’attend avec ce code. Vérifiez, ou faites afficher un nouveau code par l’appareil.
device-submit = Continuer
device-warning = Ne continuez qu’avec un appareil que vous venez d’installer vous-même. Personne qui vous écrit ou vous appelle n’en a besoin.
device-asked-from = Demande venue de
device-again = Un autre code
device-title-allowed = L’appareil est connecté
device-text-allowed = Vous pouvez fermer cette page et continuer sur l’appareil.
device-title-denied = Non connecté
device-text-denied = L’appareil n’obtient aucun accès.
device-title-expired = Trop tard
device-text-expired = Le code a été utilisé ou a expiré. Faites afficher un nouveau code par l’appareil.

signed-out-title = Vous êtes déconnecté
signed-out-text = Sur un ordinateur partagé, fermez aussi le navigateur.
signed-out-again = Se reconnecter
signed-out-leaving = Vos autres applications sont prévenues. Vous y retournez dans un instant.
signed-out-app = Déconnexion d’une application

# Compte
account-title = Votre compte
account-nav = Sur cette page
account-ways = Moyens de connexion
account-sessions = Où vous êtes connecté
account-devices = Navigateurs mémorisés
account-devices-text = Ils sautent la deuxième étape, sauf si quelque chose semble inhabituel.
account-devices-none = Aucun navigateur n’est mémorisé.
account-apps = Applications autorisées
account-apps-none = Aucune application n’a accès à votre compte.
account-activity = Activité récente
account-activity-text = Si quelque chose ici ne vient pas de vous, dites-le. Nous sécurisons alors votre compte.
account-activity-none = Il ne s’est encore rien passé.
account-only-password = Seul un mot de passe protège votre compte. Ajoutez une clé d’accès : c’est plus sûr et plus rapide.
account-no-password = Non défini
add-passkey = Ajouter une clé d’accès
add-totp = Ajouter une application d’authentification
change-password = Changer le mot de passe
recovery-codes = Codes de secours
recovery-left = { $n ->
    [0] Il n’en reste aucun. Créez-en de nouveaux.
    [one] Il en reste un
   *[other] Il en reste { $n }
}
recovery-renew = En créer de nouveaux
this-browser = ce navigateur
sign-out-others = Se déconnecter partout ailleurs
sign-out-named = Se déconnecter de { $name }
forget-all = Tout oublier
forget-named = Oublier { $name }
remove-named = Retirer { $name }
revoke-named = Révoquer l’accès de { $name }
not-me = Ce n’était pas moi
not-me-named = Ce n’était pas moi : { $time }
reported = signalé
password-text = Choisissez-en un que vous n’utilisez nulle part ailleurs. Un gestionnaire de mots de passe aide.
password-breached = Le mot de passe saisi figure dans des fuites de données d’autres services. Choisissez-en un nouveau avant de continuer.
password-required = Pour sécuriser votre compte, choisissez un nouveau mot de passe avant de continuer.
password-rule = { $n ->
    [one] Au moins un caractère. Tout est permis, les espaces aussi.
   *[other] Au moins { $n } caractères. Tout est permis, les espaces aussi.
}
password-effect = Les autres navigateurs sont déconnectés et les navigateurs mémorisés sont oubliés.
remove-title = Retirer { $name } ?
remove-text-passkey = Vous ne pourrez plus vous connecter avec. Supprimez-la aussi sur votre appareil.
remove-text-totp = Les codes de cette application ne fonctionneront plus.
remove-text-push = L’appareil ne pourra plus approuver de connexions.
remove-text-recovery-code = Les codes que vous avez conservés ne fonctionneront plus.
remove-last = Ensuite, seul un mot de passe protégera votre compte. Certaines applications pourraient ne plus vous laisser entrer.
keep-it = Conserver
done-email-changed = Votre adresse a été changée. L’ancienne a été prévenue.
done-password-changed = Votre mot de passe a été changé.
done-passkey-added = La clé d’accès a été ajoutée.
done-totp-added = L’application d’authentification a été ajoutée.
done-device-added = Cet appareil approuve désormais vos connexions.
done-factor-removed = Le moyen de connexion a été retiré.
done-session-ended = Ce navigateur a été déconnecté.
done-sessions-ended = Tous les autres navigateurs ont été déconnectés.
done-device-forgotten = Le navigateur a été oublié.
done-app-revoked = L’application n’a plus accès.
done-recovery-stopped = La récupération a été arrêtée.
done-pass-revoked = Le code d’accès a été retiré.
done-not-me = Merci. Votre compte a été sécurisé.
activity-signin-completed = Connexion
activity-signin-challenged = Une deuxième étape a été demandée
activity-signin-failed = Une connexion a échoué
activity-signin-blocked = Une connexion a été arrêtée
activity-signout = Déconnexion
activity-session-revoked = Une session a pris fin
activity-password-changed = Le mot de passe a été changé
activity-email-changed = L’adresse a été changée
activity-signup-asked = Quelqu’un a voulu créer un compte avec votre adresse
activity-signup-completed = Le compte a été créé
activity-recovery-asked = Un nouveau mot de passe a été demandé
activity-recovery-waiting = Les moyens de connexion ont été déclarés perdus
activity-recovery-stopped = Une récupération a été arrêtée
activity-recovery-used = Des moyens de connexion perdus ont été remplacés
activity-access-pass-approved = L’assistance a été autorisée à remettre un code d’accès
activity-access-pass-used = Un code d’accès a été utilisé
activity-access-pass-revoked = Un code d’accès a été retiré
activity-identity-verified = Votre identité a été vérifiée
activity-identity-mismatch = Une vérification d’identité ne correspondait pas
activity-passkey-added = Une clé d’accès a été ajoutée
activity-totp-added = Une application d’authentification a été ajoutée
activity-push-rejected = Vous avez refusé une connexion sur votre appareil
activity-factor-removed = Un moyen de connexion a été retiré
activity-recovery-codes-made = De nouveaux codes de secours ont été créés
activity-device-remembered = Un navigateur a été mémorisé
activity-device-forgotten = Un navigateur a été oublié
activity-consent-granted = Une application a obtenu un accès
activity-consent-revoked = Une application a perdu son accès
activity-risk-request-reported = Une demande d’application était inattendue
activity-user-reported = Vous avez signalé quelque chose
activity-factor-added = Un moyen de connexion a été ajouté
activity-app-revoked = Une application a perdu son accès
activity-device-all-forgotten = Tous les navigateurs ont été oubliés
activity-session-ended = Une session a pris fin
activity-session-others-ended = Toutes les autres sessions ont pris fin
activity-sessions-ended = Toutes les sessions ont pris fin
activity-passkey-refused = Une clé d’accès n’a pas fonctionné
activity-passkey-enrolment-refused = Une clé d’accès n’a pas pu être ajoutée
activity-passkey-cloned = Une clé d’accès semblait copiée
activity-user-created = Le compte a été créé
activity-user-disabled = Le compte a été désactivé
activity-user-enabled = Le compte a été activé
activity-user-updated = Le compte a été modifié
activity-user-reset-required = Un nouveau mot de passe a été demandé
activity-user-app-revoked = Un administrateur a révoqué l’accès d’une application
activity-user-device-forgotten = Un administrateur nous a fait oublier un navigateur
activity-user-factor-removed = Un administrateur a retiré un moyen de connexion
activity-user-session-ended = Un administrateur a mis fin à une session
activity-user-sessions-ended = Un administrateur a mis fin à toutes les sessions
activity-user-role-granted = Un rôle a été attribué
activity-user-role-revoked = Un rôle a été retiré
activity-notice-confirmed = Vous avez dit qu’une connexion était la vôtre
activity-notice-not-me = Vous avez dit qu’une connexion n’était pas la vôtre
activity-risk-refresh-replay = L’accès volé d’une application a été arrêté
fact-account = Compte
fact-time = Heure
fact-from = Possible à partir du
fact-browser = Navigateur
fact-place = Lieu approximatif
fact-place-note = peut être inexact sur un réseau mobile ou un VPN
fact-app = Application
fact-what = Quoi
notice-title-yes = Était-ce vous ?
notice-title-no = Sécuriser votre compte ?
notice-text-yes = Si vous reconnaissez cette connexion, nous connaîtrons ce navigateur la prochaine fois.
notice-text-no = Si ce n’était pas vous, nous faisons ceci aussitôt :
notice-no-address = rétablir votre adresse { $address }
notice-no-session = déconnecter ce navigateur et toutes les applications qu’il a ouvertes
notice-no-device = ne plus faire confiance à ce navigateur
notice-no-reset = demander un nouveau mot de passe et une deuxième étape à votre prochaine connexion
notice-no-report = prévenir les administrateurs de { $tenant }
notice-act-yes = Oui, c’était moi
notice-act-no = Sécuriser mon compte
notice-other-yes = Non, ce n’était pas moi
notice-other-no = C’était moi, finalement
notice-done-title-yes = Merci
notice-done-title-no = Votre compte est sécurisé
notice-done-text-yes = Nous reconnaîtrons ce navigateur la prochaine fois.
notice-done-text-no = Ce navigateur est déconnecté. Choisissez maintenant un nouveau mot de passe.

# Courriels
mail-help = Aide :
mail-code-subject = { $code } est votre code pour { $tenant }
mail-code-heading = Votre code de connexion
mail-code-intro = { $n ->
    [one] Saisissez ce code dans le navigateur où vous vous connectez. Il est valable une minute.
   *[other] Saisissez ce code dans le navigateur où vous vous connectez. Il est valable { $n } minutes.
}
mail-code-note = Personne chez nous ne vous le demandera jamais. Si vous n’êtes pas en train de vous connecter, ignorez ce courriel.
mail-code-why = Vous recevez ce courriel parce que quelqu’un se connecte en tant que { $account }.
mail-new-browser-subject = Nouvelle connexion à votre compte { $tenant }
mail-new-browser-heading = Était-ce vous ?
mail-new-browser-intro = Quelqu’un s’est connecté à votre compte { $tenant } depuis un navigateur que nous ne lui connaissions pas.
mail-new-browser-note = Vous pouvez aussi ouvrir vous-même la page de votre compte et y consulter l’activité récente.
mail-new-browser-why = Vous recevez ce courriel parce que la connexion venait d’un nouveau navigateur.
mail-yes = Oui, c’était moi
mail-no = Non, sécuriser mon compte
mail-changed-subject = { $what } ({ $tenant })
mail-changed-password = Votre mot de passe a été changé
mail-changed-factor-added = Un moyen de connexion a été ajouté
mail-changed-factor-removed = Un moyen de connexion a été retiré
mail-changed-recovery-codes = De nouveaux codes de secours ont été créés
mail-changed-email = Votre adresse a été changée
mail-changed-email-by-admin = Un administrateur a changé l’adresse de votre compte
mail-changed-role = Votre rôle a été changé
mail-changed-recovery-asked = Les moyens de connexion à votre compte ont été déclarés perdus
mail-changed-recovered = Votre compte a été récupéré
mail-changed-access-pass-approved = L’assistance peut remettre un code d’accès pour votre compte
mail-changed-access-pass-used = Un code d’accès a été utilisé pour votre compte
mail-changed-intro = Ceci concerne votre compte { $tenant }. Si cela vient de vous, il n’y a rien à faire.
mail-changed-note = Si cela ne vient pas de vous, sécurisez votre compte maintenant. Aucun mot de passe n’est nécessaire pour cela.
mail-changed-why = Nous écrivons toujours lorsqu’un tel changement a lieu.
mail-request-heading = { $app } attend votre approbation
mail-request-intro = Regardez ce qui est demandé, puis approuvez ou refusez.
mail-request-note = L’application vous montre : { $message }
mail-request-act = Voir la demande
mail-request-why = Vous recevez ce courriel parce qu’une application a demandé votre approbation. Si vous n’en êtes pas à l’origine, refusez sur cette page.
mail-admin-subject = Votre accès à la console de { $tenant }
mail-admin-heading = Configurer votre accès
mail-admin-intro = Vous avez reçu le rôle « { $role } » pour { $tenant }.
mail-admin-note = { $n ->
    [one] Le lien ne sert qu’une fois et reste valable une minute.
   *[other] Le lien ne sert qu’une fois et reste valable { $n } minutes.
}
mail-admin-act = Configurer l’accès
mail-admin-why = Vous recevez ce courriel parce qu’une personne habilitée a créé ce lien pour vous.
mail-new-password-heading = Votre code pour choisir un nouveau mot de passe
mail-new-password-note = Personne chez nous ne vous le demandera jamais. Si vous ne l’avez pas demandé, ne faites rien : sans le code, rien ne change.
mail-new-password-why = Vous recevez ce courriel parce que quelqu’un a indiqué avoir oublié le mot de passe de { $account }.
mail-sign-up-heading = Votre code pour un nouveau compte
mail-sign-up-note = Personne chez nous ne vous le demandera jamais. Si vous ne l’avez pas demandé, ne faites rien : sans le code, aucun compte n’est créé.
mail-sign-up-why = Vous recevez ce courriel parce que quelqu’un veut créer un compte avec { $account }.
mail-exists-subject = Vous avez un compte chez { $tenant }
mail-exists-heading = Vous avez déjà un compte
mail-exists-intro = Quelqu’un a voulu utiliser { $account } pour un autre compte chez { $tenant }. Un compte existe déjà avec cette adresse. Si c’était vous, connectez-vous ; un mot de passe oublié peut y être remplacé.
mail-exists-note = Rien n’a été modifié.
mail-exists-act = Se connecter
mail-new-address-heading = Votre code pour votre nouvelle adresse
mail-new-address-note = Personne chez nous ne vous le demandera jamais. Si vous ne l’avez pas demandé, ne faites rien : sans le code, rien ne change.
mail-new-address-why = Vous recevez ce courriel parce que quelqu’un veut utiliser { $account } pour un compte.
mail-not-possible-subject = À propos de votre demande à { $tenant }
mail-not-possible-why = Si cela ne vient pas de vous, ignorez ce courriel.
mail-no-account-heading = Aucun compte n’existe avec cette adresse
mail-no-account-intro = Quelqu’un a demandé à { $tenant } un nouveau mot de passe pour { $account }. Ce compte n’existe pas ; vous avez peut-être utilisé une autre adresse.
mail-disabled-heading = Ce compte est désactivé
mail-disabled-intro = Quelqu’un a demandé à { $tenant } un nouveau mot de passe ou un nouveau compte pour { $account }. Le compte est désactivé ; adressez-vous aux personnes qui s’en occupent.

# Autres mots des pages hébergées
problem-code-exhausted = Trop de codes erronés. Recommencez la connexion.
problem-resend-exhausted = Aucun autre code n’est envoyé pour cette connexion. Recommencez ou choisissez un autre moyen.
problem-method = Ce moyen n’est pas disponible ici. Choisissez-en un autre.
problem-mail = Nous n’avons pas pu envoyer de courriel pour le moment. Réessayez dans un instant ou choisissez un autre moyen.
unknown-browser = Navigateur inconnu
choose-new-password = Choisir un nouveau mot de passe
factor-passkey = Clé d’accès
factor-totp = Application d’authentification
factor-push = Appareil qui approuve
consent-policy = Politique de confidentialité
consent-terms = Conditions d’utilisation
admin-link-title = Prendre votre rôle
admin-link-text = Vous ({ $email }) allez recevoir le rôle « { $role } » dans cette organisation.
admin-link-act = Continuer
admin-link-next = Ensuite, vous vous connectez et configurez un deuxième facteur ; la console en exige un.
role-owner = Propriétaire
role-admin = Administrateur
role-analyst = Analyste
role-support = Assistance
role-auditor = Auditeur
role-operator = Opérateur
